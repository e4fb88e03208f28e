"""A Twisted request as answers see it."""
# ruff: noqa: N802 - Twisted's names

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred


@dataclass
class FakeTransport:
    aborted: bool = False

    def abortConnection(self) -> None:
        self.aborted = True


@dataclass
class FakeRequest:
    """Records what is written; `leave` is the client's going."""

    written: list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    finished: bool = False
    producer: Any = None

    def __post_init__(self) -> None:
        self.transport = FakeTransport()
        self._finishing: Deferred[None] = Deferred()

    def notifyFinish(self) -> Deferred[None]:
        return self._finishing

    def leave(self) -> None:
        if self.producer is not None:
            self.producer.stopProducing()
        self._finishing.errback(ConnectionError("gone"))

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def setResponseCode(self, status: int) -> None:
        self.status = status

    def setHeader(self, name: str, value: str) -> None:
        self.headers[name] = value

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def finish(self) -> None:
        self.finished = True
