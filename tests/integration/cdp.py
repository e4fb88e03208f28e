"""A raw CDP client: one WebSocket, no opinions. Every wait has a bound."""

from __future__ import annotations

import ctypes
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.integration.inbox import InboxClient, Message, SocketClosed
from tests.integration.waiting import PATIENCE_SECONDS

_AF_UNSPEC = bytes(16)
"""A `sockaddr` of family 0: connecting a TCP socket to it resets its connection (connect(2))."""


class CdpError(Exception):
    """The error of an answer."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.text = str(error.get("message"))


class CdpClient(InboxClient):
    """Sends commands, collects everything that comes in."""

    def __init__(self, url: str, **options: Any) -> None:
        """As `InboxClient` does."""
        self._ids = itertools.count(1)
        super().__init__(url, **options)

    def take(self, data: str | bytes) -> None:
        self._inbox.append(json.loads(data))

    def call(
        self,
        method: str,
        params: Message | None = None,
        session_id: str | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> Any:
        """The result of a command.

        Raises:
            CdpError: Chromium or the proxy answered with an error.
            SocketClosed: the socket was closed first.
            AssertionError: no answer within `seconds`.
        """
        number = self.start(method, params, session_id)
        answer = self.wait_for(lambda message: message.get("id") == number, seconds, method)
        if "error" in answer:
            raise CdpError(answer["error"])
        return answer["result"]

    def start(
        self, method: str, params: Message | None = None, session_id: str | None = None
    ) -> int:
        """Send a command without waiting; its id."""
        number = next(self._ids)
        message: Message = {"id": number, "method": method, "params": params or {}}
        if session_id is not None:
            message["sessionId"] = session_id
        self.send_raw(json.dumps(message))
        return number

    def send_raw(self, data: str | bytes) -> None:
        """Any message, well-formed or not; bytes go as a binary frame."""
        try:
            self._socket.send(data)
        except ConnectionClosed as error:
            raise SocketClosed(str(error)) from error

    def send_bytes(self, data: bytes) -> None:
        """Bytes as they are, beside the WebSocket protocol."""
        self._socket.socket.sendall(data)

    def wait_event(
        self,
        method: str,
        session_id: str | None = None,
        wanted: Callable[[Message], bool] = lambda _params: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> Message:
        """The params of the next such event."""
        found = self.wait_for(
            lambda message: (
                message.get("method") == method
                and (session_id is None or message.get("sessionId") == session_id)
                and wanted(message["params"])
            ),
            seconds,
            method,
        )
        params: Message = found["params"]
        return params

    def reset(self) -> None:
        """Die: the peer gets a TCP RST, and no close frame before it."""
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.connect(self._socket.socket.fileno(), _AF_UNSPEC, len(_AF_UNSPEC)) == 0
        self._reader.join(PATIENCE_SECONDS)

    def browser_pid(self) -> int:
        """The main process of the session's Chromium, which leads its process group."""
        found = self.call("SystemInfo.getProcessInfo")["processInfo"]
        return next(int(one["id"]) for one in found if one["type"] == "browser")

    def page(self) -> Page:
        """The first page of the session."""
        targets = self.call("Target.getTargets")["targetInfos"]
        found = next(target for target in targets if target["type"] == "page")
        return self.attach(found["targetId"])

    def new_page(self, url: str = "about:blank", **options: object) -> Page:
        """A new page."""
        target_id = self.call("Target.createTarget", {"url": url, **options})["targetId"]
        return self.attach(target_id)

    def attach(self, target_id: str) -> Page:
        """A flat session on a target."""
        params = {"targetId": target_id, "flatten": True}
        return Page(self, target_id, self.call("Target.attachToTarget", params)["sessionId"])


class Page:
    """One page through one flat session."""

    def __init__(self, client: CdpClient, target_id: str, session_id: str) -> None:
        self.client = client
        self.target_id = target_id
        self.session_id = session_id

    def call(
        self, method: str, params: Message | None = None, seconds: float = PATIENCE_SECONDS
    ) -> Any:
        """A command on this page."""
        return self.client.call(method, params, self.session_id, seconds)

    def navigate(self, url: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Go somewhere and wait until it has loaded."""
        self.call("Page.enable")
        result = self.call("Page.navigate", {"url": url})
        assert not result.get("errorText"), result
        loader = result["loaderId"]
        self.call("Page.setLifecycleEventsEnabled", {"enabled": True})
        self.client.wait_event(
            "Page.lifecycleEvent",
            self.session_id,
            lambda params: params["name"] == "load" and params["loaderId"] == loader,
            seconds,
        )

    def evaluate(self, expression: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """The JSON value of an expression, promises awaited."""
        result = self.call(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
            seconds,
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")
