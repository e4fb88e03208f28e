"""Answers to HTTP requests whose clients may have left."""

from __future__ import annotations

import msgspec
from twisted.web.server import Request

from shared.errors import WallCrawlerError


class Alive:
    """Whether a request's client still waits for the answer."""

    def __init__(self, request: Request) -> None:
        self.gone = False
        self._request = request
        request.notifyFinish().addBoth(self._finished)

    def _finished(self, _result: object) -> None:
        self.gone = True

    def finish(self, body: bytes) -> None:
        """Send the answer, unless nobody waits for it."""
        if not self.gone:
            self._request.write(body)
            self._request.finish()

    def hand_over(self) -> None:
        """The connection is somebody else's from here on, or nobody's."""
        self.gone = True


def reply(request: Request, alive: Alive, body: object, status: int = 200) -> None:
    """Answer with JSON: text as it is, anything else encoded."""
    request.setResponseCode(status)
    request.setHeader("Content-Type", "application/json; charset=utf-8")
    request.setHeader("Cache-Control", "no-store")
    alive.finish(body if isinstance(body, bytes) else msgspec.json.encode(body))


def refuse(request: Request, alive: Alive, error: WallCrawlerError) -> None:
    """Answer with an error that says what is wrong."""
    if alive.gone:
        return
    if error.retry_after_seconds is not None:
        request.setHeader("Retry-After", str(error.retry_after_seconds))
    body = {"message": error.message, "code": error.code, **error.details}
    reply(request, alive, body, error.http_status)
