"""The little CDP that a measurement takes: one page, one command at a time."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

Message = dict[str, Any]

_ANSWER_SECONDS = 30.0


class CdpError(Exception):
    """A command failed, or the page threw; the text says what."""


class CdpPage:
    """The first page of a session, through a client of its own; use it as a context manager."""

    def __init__(self, connect_url: str) -> None:
        self._opening = connect(connect_url, max_size=None, compression=None, proxy=None)
        self._ids = itertools.count(1)
        self._session_id: str | None = None
        self._loaded = ""

    def __enter__(self) -> Self:
        self._socket = self._opening.__enter__()
        targets = self._call("Target.getTargets")["targetInfos"]
        target_id = next(target["targetId"] for target in targets if target["type"] == "page")
        params = {"targetId": target_id, "flatten": True}
        self._session_id = self._call("Target.attachToTarget", params)["sessionId"]
        self._call("Page.enable")
        self._call("Page.setLifecycleEventsEnabled", {"enabled": True})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def navigate(self, url: str) -> None:
        """Go somewhere and wait until it has loaded."""
        result = self._call("Page.navigate", {"url": url})
        if "errorText" in result:
            raise CdpError(f"{url}: {result['errorText']}")
        while self._loaded != result["loaderId"]:
            self._receive(time.monotonic() + _ANSWER_SECONDS)

    def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression, promises awaited."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        result = self._call("Runtime.evaluate", params)
        if "exceptionDetails" in result:
            thrown = result["exceptionDetails"]
            raise CdpError(str(thrown.get("exception", {}).get("description", thrown["text"])))
        return result["result"].get("value")

    def _call(self, method: str, params: Message | None = None) -> Any:
        number = self._send({"method": method, "params": params or {}})
        answer = self._until(lambda message: message.get("id") == number)
        if "error" in answer:
            raise CdpError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def _send(self, message: Message) -> int:
        number = next(self._ids)
        session = {} if self._session_id is None else {"sessionId": self._session_id}
        self._socket.send(json.dumps({"id": number, **message, **session}))
        return number

    def _until(self, wanted: Callable[[Message], bool]) -> Message:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while not wanted(message := self._receive(deadline)):
            pass
        return message

    def _receive(self, deadline: float) -> Message:
        message: Message = json.loads(self._socket.recv(deadline - time.monotonic()))
        if message.get("method") == "Page.lifecycleEvent" and message["params"]["name"] == "load":
            self._loaded = message["params"]["loaderId"]
        return message
