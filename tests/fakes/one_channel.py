"""One channel of a session on a scripted browser with tabs, and what was said on it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw
from twisted.internet.defer import Deferred

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.pictures import Picture
from cdp_proxy.transport.channel import Channel
from shared.actions import ActionBody, ActionRequest
from shared.envelope.outgoing import Outgoing
from shared.tokens import ALL_SCOPES, Scope
from tests.fakes.container import OneSession
from tests.fakes.screen import JPEG
from tests.fakes.scripted_browser import attached_event, flat_session

T = TypeVar("T", bound=Outgoing)


@dataclass
class FakeCarrier:
    """Takes everything; a picture only when `takes` says so."""

    sent: list[Outgoing] = field(default_factory=list)
    shown: list[tuple[int, bool]] = field(default_factory=list)
    """Number of each picture, and whether it came again."""
    closed: tuple[CloseCode, str] | None = None

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)

    def show(self, picture: Picture, *, keep_alive: bool) -> None:
        self.shown.append((picture.number, keep_alive))

    def close(self, code: CloseCode, reason: str) -> None:
        self.closed = (code, reason)


@dataclass
class FakeActions:
    """Remembers what it was asked; answers what it is told to."""

    asked: list[ActionRequest[ActionBody]] = field(default_factory=list)
    outcome: Exception | None = None

    async def run(self, request: ActionRequest[ActionBody]) -> Raw:
        self.asked.append(request)
        if self.outcome is not None:
            raise self.outcome
        return Raw(b'{"done":true}')


class TabbedSession(OneSession):
    """A live session whose browser has the tabs that it is told to have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.browser.results["Target.attachToTarget"] = self._attach
        self.browser.results["Target.getTargets"] = {"targetInfos": []}
        self.browser.results["Page.createIsolatedWorld"] = {"executionContextId": 1}
        self.browser.results["Runtime.evaluate"] = {"result": {"type": "object"}}
        self.flat: dict[str, list[str]] = {}
        """The flat sessions on each tab, in the order they were attached."""
        self.start()
        Deferred.fromCoroutine(self.live.pages.start())
        self.root = flat_session(1)

    def open_tab(self, target_id: str, **info: str) -> None:
        described = {"targetId": target_id, "type": "page", "title": "", "url": "x", **info}
        params = {"targetInfo": described}
        self.browser.emit({"method": "Target.targetCreated", "params": params}, self.root)

    def close_tab(self, target_id: str) -> None:
        params = {"targetId": target_id}
        self.browser.emit({"method": "Target.targetDestroyed", "params": params}, self.root)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The commands of a method that the browser got."""
        return [it for it in self.browser.received if it["method"] == method]

    def frame(self, target_id: str, content: str = "a", number: int = 1) -> None:
        """A picture of the proxy's own capture of a tab."""
        params = {
            "data": base64.b64encode(JPEG + content.encode()).decode(),
            "metadata": {"offsetTop": 0, "deviceWidth": 1280, "deviceHeight": 720},
            "sessionId": number,
        }
        event = {"method": "Page.screencastFrame", "params": params}
        self.browser.emit(event, self.flat[target_id][0])

    def dialog(self, target_id: str, kind: str = "alert") -> None:
        params = {"url": "x", "type": kind, "message": "Hi", "hasBrowserHandler": False}
        event = {"method": "Page.javascriptDialogOpening", "params": params}
        self.browser.emit(event, self.flat[target_id][0])

    def _attach(self, command: dict[str, Any]) -> dict[str, Any]:
        number = 100 + sum(map(len, self.flat.values()))
        child, target_id = flat_session(number), command["params"]["targetId"]
        self.flat.setdefault(target_id, []).append(child)
        self.browser.emit(attached_event(child), command.get("sessionId"))
        return {"sessionId": child}


class OneChannel:
    """A channel that has been greeted, in a session with one tab, `T1`."""

    def __init__(
        self, scopes: frozenset[Scope] = ALL_SCOPES, session: TabbedSession | None = None
    ) -> None:
        if session is None:
            session = TabbedSession()
            session.open_tab("T1")
        self.session = session
        self.carrier = FakeCarrier()
        self.actions = FakeActions()
        self.channel = Channel(session.live, self.carrier, scopes, cast("Any", self.actions))
        Deferred.fromCoroutine(self.channel.greet())

    @property
    def browser(self) -> Any:
        return self.session.browser

    def say(self, kind: str, **fields: Any) -> None:
        self.channel.receive(json.dumps({"type": kind, **fields}).encode())

    def of(self, kind: type[T]) -> list[T]:
        """What was said of a kind."""
        return [it for it in self.carrier.sent if isinstance(it, kind)]

    def said(self) -> list[Any]:
        """Everything that was said since the last look, as JSON."""
        sent = [msgspec.json.decode(msgspec.json.encode(it)) for it in self.carrier.sent]
        self.carrier.sent.clear()
        return sent

    def answer(self, kind: str, **fields: Any) -> Any:
        """The last that was said after a message of one's own."""
        self.say(kind, id=7, **fields)
        return self.said()[-1]
