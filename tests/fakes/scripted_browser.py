"""A browser that speaks CDP as Chromium does, as far as sessions go; the rest from a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from cdp_proxy.core.policy import Folders
from cdp_proxy.transport.caller import CdpCaller

VERSION = {
    "protocolVersion": "1.3",
    "product": "HeadlessChrome/156.0.0.0",
    "revision": "@abc",
    "userAgent": "Mozilla/5.0",
    "jsVersion": "15.6",
}
Result = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]
FOLDERS = Folders(downloads="/scratch/b1/downloads", uploads="/scratch/b1/uploads")


def flat_session(number: int) -> str:
    """A flat session id as Chromium makes them: 32 hex digits."""
    return f"{number:032X}"


def message(body: dict[str, Any], cdp_session_id: str | None = None) -> bytes:
    """As Chromium writes it: compact, the flat session's id last."""
    addressed = body if cdp_session_id is None else {**body, "sessionId": cdp_session_id}
    return json.dumps(addressed, separators=(",", ":")).encode()


def attached_event(child: str, *, waiting: bool = False, kind: str = "page") -> dict[str, Any]:
    return {
        "method": "Target.attachedToTarget",
        "params": {
            "sessionId": child,
            "targetInfo": {"targetId": f"T{child[-4:]}", "type": kind, "url": "about:blank"},
            "waitingForDebugger": waiting,
        },
    }


def detached_event(child: str) -> dict[str, Any]:
    return {"method": "Target.detachedFromTarget", "params": {"sessionId": child, "targetId": "T"}}


@dataclass
class FakeFolder:
    folders: Folders = FOLDERS


@dataclass
class ScriptedBrowser:
    """Stands in for `transport.chromium.Browser`; answers at once unless told otherwise."""

    reactor: IReactorTime
    results: dict[str, Result] = field(default_factory=dict)
    """What methods answer, or what makes it of the command; those not named answer `{}`."""
    errors: dict[str, str] = field(default_factory=dict)
    """Methods that fail, with which words."""
    silent: set[str] = field(default_factory=set)
    """Methods that are not answered."""
    received: list[dict[str, Any]] = field(default_factory=list)
    pid: int = 4711
    lost: bool = False
    killed: bool = False
    flushed: int = 0

    def __post_init__(self) -> None:
        self.folder = FakeFolder()
        self.caller = CdpCaller(self.reactor, self.send)
        self.process_exited: Deferred[int] = Deferred()
        self.on_client_message: Callable[[bytes], bool] = lambda _message: False
        self.on_lost: Callable[[], None] = lambda: None
        self.batch: Callable[[], None] = lambda: None
        self.pressure: Callable[[bool], None] = lambda _full: None
        self._queued: list[bytes] = []
        self._roots = 0

    def on_batch(self, callback: Callable[[], None]) -> None:
        self.batch = callback

    def on_pressure(self, callback: Callable[[bool], None]) -> None:
        self.pressure = callback

    def queue(self, text: bytes) -> None:
        self._queued.append(text)

    def flush(self) -> None:
        self.flushed += 1
        queued, self._queued = self._queued, []
        for text in queued:
            self._take(text)

    def send(self, text: bytes) -> None:
        self.queue(text)
        self.flush()

    def kill(self) -> None:
        self.lost = True
        self.killed = True
        self.caller.lose("the browser has been closed")

    def crash(self) -> None:
        """End by itself."""
        self.lost = True
        self.caller.lose("the browser is gone")
        self.on_lost()

    def emit(self, body: dict[str, Any], cdp_session_id: str | None = None) -> None:
        """Write one message on the pipe."""
        text = message(body, cdp_session_id)
        if not self.on_client_message(text):
            self.caller.receive(text)
        self.batch()

    def answer(self, method: str) -> None:
        """Answer what it has been silent on; from now on at once."""
        self.silent.discard(method)
        for command in [it for it in self.received if it["method"] == method]:
            self._answer(command)

    def methods(self) -> list[str]:
        return [command["method"] for command in self.received]

    def _take(self, text: bytes) -> None:
        command = json.loads(text)
        self.received.append(command)
        method = command["method"]
        if method not in self.silent:
            self._answer(command)

    def _answer(self, command: dict[str, Any]) -> None:
        method = command["method"]
        answer: dict[str, Any] = {"id": command["id"]}
        if method in self.errors:
            answer["error"] = {"code": -32000, "message": self.errors[method]}
        else:
            answer["result"] = self._result(method, command)
        self.emit(answer, command.get("sessionId"))

    def _result(self, method: str, command: dict[str, Any]) -> dict[str, Any]:
        if method == "Target.getTargets" and method not in self.results:
            return {"targetInfos": []}
        if method == "Target.attachToBrowserTarget":
            self._roots += 1
            return {"sessionId": flat_session(self._roots)}
        default = VERSION if method == "Browser.getVersion" else {}
        result = self.results.get(method, default)
        return result(command) if callable(result) else result
