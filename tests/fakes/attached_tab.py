"""A scripted browser with one tab, and the proxy's hold on it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.pages import Pages
from tests.fakes.scripted_browser import ScriptedBrowser, flat_session

ROOT = flat_session(1)
TAB = flat_session(10)
FRAME, NESTED = flat_session(20), flat_session(30)


class Asked:
    """What became of a coroutine."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.values: list[Any] = []
        self.errors: list[Any] = []
        deferred = Deferred.fromCoroutine(coroutine)
        deferred.addCallbacks(self.values.append, lambda failure: self.errors.append(failure.value))

    @property
    def ended(self) -> bool:
        return bool(self.values or self.errors)


class TabOfBrowser:
    """A browser with one tab, and the proxy's hold on it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.browser = ScriptedBrowser(
            self.clock, results={"Target.attachToTarget": {"sessionId": TAB}}
        )
        self.pages = Pages(self.clock, self.browser.caller)

    def open_tab(self, target_id: str = "T1", **info: str) -> None:
        described = {"targetId": target_id, "type": "page", "title": "", "url": "x", **info}
        params = {"targetInfo": described}
        self.browser.emit({"method": "Target.targetCreated", "params": params}, ROOT)

    def tab(self) -> AttachedTab:
        """The tab, attached."""
        Deferred.fromCoroutine(self.pages.start())
        self.open_tab()
        tab: AttachedTab = Asked(self.pages.tab()).values[0]
        return tab

    def frame(self, session: str, frame_id: str, parent: str = TAB) -> None:
        info = {"targetId": frame_id, "type": "iframe"}
        params = {"sessionId": session, "targetInfo": info, "waitingForDebugger": False}
        self.browser.emit({"method": "Target.attachedToTarget", "params": params}, parent)

    def detach(self, session: str, parent: str) -> None:
        params = {"sessionId": session, "targetId": "T"}
        self.browser.emit({"method": "Target.detachedFromTarget", "params": params}, parent)

    def dialog(self, kind: str = "alert") -> None:
        params = {"url": "x", "type": kind, "message": "Hi", "hasBrowserHandler": False}
        self.browser.emit({"method": "Page.javascriptDialogOpening", "params": params}, TAB)

    def sent_to(self, session: str) -> list[str]:
        return [it["method"] for it in self.browser.received if it.get("sessionId") == session]
