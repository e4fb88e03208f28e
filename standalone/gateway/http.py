"""HTTP requests in and out of Twisted: bounded bodies, and answers to clients that may be gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twisted.web.http import NO_CONTENT
from twisted.web.http import Request as BaseRequest
from twisted.web.server import Request, Site
from typing_extensions import override

from standalone.gateway.answers import HttpAnswer
from standalone.gateway.events import HttpRequest

if TYPE_CHECKING:
    from twisted.python.failure import Failure

BODY_BYTES_MAX = 10 * 1024 * 1024
"""API Gateway's payload limit (quotas for REST APIs); larger is answered with 413."""
_DISCARDED_BYTES_MAX = 4 * BODY_BYTES_MAX
"""What is read and dropped so that the client gets to see the 413; beyond it is disconnected."""
IDLE_SECONDS = 60
_CONTROL = re.compile(r"[\r\n\x00]")


class BoundedRequest(Request):
    """A request that keeps no more of its body than API Gateway accepts."""

    body_too_large = False
    _body_bytes = 0
    gone = False
    """The client left before it had its answer."""

    @override
    def gotLength(self, length: int | None) -> None:
        """Do not set room aside for what will not be kept."""
        self.body_too_large = length is not None and length > BODY_BYTES_MAX
        super().gotLength(0 if self.body_too_large else length)

    @override
    def handleContentChunk(self, data: bytes) -> None:
        """Keep the chunk, or only count it once the body is too large."""
        self._body_bytes += len(data)
        self.body_too_large = self.body_too_large or self._body_bytes > BODY_BYTES_MAX
        if not self.body_too_large:
            super().handleContentChunk(data)
        elif self._body_bytes > _DISCARDED_BYTES_MAX:
            self.loseConnection()

    @override
    def connectionLost(self, reason: Failure) -> None:
        """Remember it: what answers later must not write."""
        self.gone = True
        super().connectionLost(reason)


class GatewaySite(Site):
    """The HTTP side of the port; writes no access log, and reads no forms: bodies are the app's."""

    requestFactory = BoundedRequest  # noqa: N815 (Twisted's name)

    def __init__(self, resource: Any, reactor: Any) -> None:
        super().__init__(
            resource, timeout=IDLE_SECONDS, reactor=reactor, parsePOSTFormSubmission=False
        )

    @override
    def log(self, request: BaseRequest) -> None:
        """Targets hold tokens; they are nobody's to keep."""


def received(request: BoundedRequest, request_id: str, now: float) -> HttpRequest:
    """The request as a value."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.requestHeaders.getAllRawHeaders()
        for value in values
    ]
    return HttpRequest(
        method=request.method.decode("latin-1"),
        target=request.uri.decode("latin-1"),
        headers=headers,
        body=request.content.read() if request.content else b"",
        source_ip=str(getattr(request.getClientAddress(), "host", "")),
        request_id=request_id,
        received_at=now,
    )


def send(request: BoundedRequest, answer: HttpAnswer, request_id: str) -> None:
    """Answer, unless the client has left."""
    if request.gone:
        return
    request.setResponseCode(answer.status)
    request.setHeader(b"x-amzn-RequestId", request_id.encode("ascii"))
    for name, value in answer.headers:
        if name.lower() == "content-length" or _CONTROL.search(name + value):
            continue
        if name.lower() == "content-type":
            request.setHeader(b"Content-Type", value.encode())
        else:
            request.responseHeaders.addRawHeader(name.encode(), value.encode())
    if answer.status != NO_CONTENT:  # RFC 9110 8.6: it must have none
        request.setHeader(b"Content-Length", str(len(answer.body)).encode("ascii"))
    if request.method != b"HEAD":
        request.write(answer.body)
    request.finish()
