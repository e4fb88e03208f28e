"""What a tab is doing: loading, asking the network, showing a dialog. Fed with CDP events.

Only what a user would wait for counts as work: documents, scripts, styles, fetches. Streams that
stay open by design (event sources, WebSockets, media, pings) do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec import Struct

from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.told_dialogs import decode_dialog

_AWAITED_TYPES = frozenset({"Document", "Stylesheet", "Script", "XHR", "Fetch"})
"""`Network.ResourceType`s."""
_EXPECTED_SECONDS = 0.5
"""How long a frame that asked for a navigation has until it is loading; it may be a download."""
_REVIVING = frozenset(
    {"Page.navigate", "Page.reload", "Page.navigateToHistoryEntry", "Page.getNavigationHistory"}
)
_FRAME_ENDS = frozenset({"frameStoppedLoading", "frameDetached", "navigatedWithinDocument"})
_FRAME_STEPS = frozenset({"frameStartedLoading", "frameNavigated"})
_MAIN_STEPS = frozenset({"domContentEventFired", "loadEventFired"})
_REQUESTS_MAX = 1_000
"""Requests followed at once; a page that starts more is busy whatever they are."""


class _Frame(Struct, frozen=True, rename="camel"):
    id: str
    parent_id: str | None = None
    url: str = ""
    unreachable_url: str | None = None


class _FrameParams(Struct, frozen=True, rename="camel"):
    frame_id: str = ""
    frame: _Frame | None = None


class _RequestParams(Struct, frozen=True, rename="camel"):
    request_id: str
    type: str | None = None


class _ChooserParams(Struct, frozen=True, rename="camel"):
    backend_node_id: int | None = None


class _Response(Struct, frozen=True):
    status: int


class _ResponseParams(Struct, frozen=True, rename="camel"):
    frame_id: str = ""
    type: str = ""
    response: _Response = _Response(0)


_decode_frame = msgspec.json.Decoder(_FrameParams).decode
_decode_request = msgspec.json.Decoder(_RequestParams).decode
_decode_chooser = msgspec.json.Decoder(_ChooserParams).decode
_decode_response = msgspec.json.Decoder(_ResponseParams).decode


@dataclass(slots=True)
class Navigation:
    """How far the main frame's newest document has come."""

    count: int = 0
    """Documents it has shown since the tab was attached."""
    dom_ready: bool = True
    loaded: bool = True
    unreachable: bool = False
    """Chromium shows an error page in its place."""
    status: int | None = None
    """HTTP status of its document, once known."""


def works_when_crashed(method: str) -> bool:
    """Whether the browser answers a command to a tab whose renderer is gone."""
    return method in _REVIVING or method.startswith("Target.")


class Activity:
    """One tab's work in progress, over all its frames and their sessions."""

    def __init__(self, main_frame_id: str, session: str) -> None:
        """`main_frame_id` is the tab's target id, `session` the flat session of that target."""
        self.navigation = Navigation()
        self.dialog: Dialog | None = None
        self.file_chooser: tuple[int, str] | None = None
        """The file input that asked for files, and its session; for who intercepts choosers."""
        self.crashed = False
        """Whether its renderer is gone; it is back with the next document."""
        self.last_change = 0.0
        """When something last began or ended, in seconds of the shell's clock."""
        self._main = main_frame_id
        self._session = session
        self._expected_until = 0.0
        self._loading: set[str] = set()
        self._requests: dict[str, None] = {}

    def busy(self, now: float) -> bool:
        """Whether a frame loads or is about to, or an awaited request is under way."""
        return bool(self._loading or self._requests) or now < self._expected_until

    @property
    def navigating(self) -> bool:
        """Whether the main frame is between two documents, or its document is not complete."""
        return self._main in self._loading or not self.navigation.loaded

    def receive(self, event: Answer, now: float) -> bool:
        """Follow one event of the Page, Network or Inspector domain.

        Returns:
            Whether it told of a change.
        """
        if event.method == "Page.frameRequestedNavigation":
            self._expected_until = now + _EXPECTED_SECONDS
        changed = self._apply(event)
        if changed:
            self.last_change = now
        return changed

    def session_gone(self, session: str) -> None:
        """A frame's target has gone, and its requests with it."""
        for key in [key for key in self._requests if key.startswith(f"{session} ")]:
            del self._requests[key]

    def _apply(self, event: Answer) -> bool:
        domain, _, name = (event.method or "").partition(".")
        if domain == "Network":
            return self._network(name, event)
        if domain == "Page":
            return self._page(name, event)
        if domain == "Inspector" and event.session_id == self._session:
            return self._crash(name)
        return False

    def _crash(self, name: str) -> bool:
        before = self.crashed
        if name in {"targetCrashed", "targetReloadedAfterCrash"}:
            self.crashed = name == "targetCrashed"
        return self.crashed != before

    def _network(self, name: str, event: Answer) -> bool:
        if name == "responseReceived":
            told = _decode_response(event.params)
            if told.type == "Document" and told.frame_id == self._main:
                self.navigation.status = told.response.status
            return False
        if name not in {"requestWillBeSent", "loadingFinished", "loadingFailed"}:
            return False
        params = _decode_request(event.params)
        key = f"{event.session_id} {params.request_id}"
        if name != "requestWillBeSent":
            return self._requests.pop(key, self) is None
        if params.type not in _AWAITED_TYPES or len(self._requests) >= _REQUESTS_MAX:
            return False
        self._requests[key] = None
        return True

    def _page(self, name: str, event: Answer) -> bool:
        if name in _FRAME_ENDS:
            self._loading.discard(_decode_frame(event.params).frame_id)
        elif name in _FRAME_STEPS:
            self._frame_step(name, event)
        elif name == "javascriptDialogOpening":
            self.dialog = decode_dialog(event.params).dialog()
        elif name == "fileChooserOpened":
            node = _decode_chooser(event.params).backend_node_id
            self.file_chooser = (node, event.session_id or "") if node is not None else None
        elif name == "javascriptDialogClosed":
            self.dialog = None
        elif name in _MAIN_STEPS:
            if event.session_id == self._session:
                self._main_progress(name)
        else:
            return name == "frameRequestedNavigation"
        return True

    def _frame_step(self, name: str, event: Answer) -> None:
        if name == "frameNavigated":
            self._navigated(_decode_frame(event.params).frame)
        else:
            self._expected_until = 0.0
            self._loading.add(_decode_frame(event.params).frame_id)

    def _navigated(self, frame: _Frame | None) -> None:
        if frame is None or frame.id != self._main:
            return
        self.navigation = Navigation(
            count=self.navigation.count + 1,
            dom_ready=False,
            loaded=False,
            unreachable=bool(frame.unreachable_url),
            status=self.navigation.status,
        )
        self._loading.add(self._main)
        self.dialog = None

    def _main_progress(self, name: str) -> None:
        self.navigation.dom_ready = True
        if name == "loadEventFired":
            self.navigation.loaded = True
