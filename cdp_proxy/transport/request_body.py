"""How much of a request's body is kept, and where: decided before the first byte of it comes.

Twisted itself would write any body of any size to disk, whoever sends it, and then read a form's
back into memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Protocol

from twisted.web.http import parse_qs
from twisted.web.server import Request, Site

from shared.limits import UPLOADS_BYTES_MAX

_DISCARDED_BYTES_MAX = 2 * UPLOADS_BYTES_MAX
"""What is read and dropped so that the client gets to see the refusal; then it is cut off."""


class Door(Protocol):
    """Says who may send how much."""

    def body_bytes_max(self, request: Request) -> int:
        """The longest body to keep; the request has its method, path, query and headers."""
        ...


class BoundedRequest(Request):
    """A request that keeps no more of its body than the door lets it."""

    body_too_large = False
    """Whether it was longer; what is in `content` is of no use then."""
    channel: Any
    content: Any
    _body_bytes_max = 0
    _body_bytes = 0

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        """All headers are there: look who comes before setting room aside."""
        # Twisted has no public name for the request line before the body is in.
        self.method, self.uri = self.channel._command, self.channel._path
        self.path, _, query = self.uri.partition(b"?")
        self.args = parse_qs(query, 1)
        door: Door = self.channel.site.resource
        self._body_bytes_max = door.body_bytes_max(self)
        self.body_too_large = length is not None and length > self._body_bytes_max
        super().gotLength(0 if self.body_too_large else length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep the chunk, or only count it once the body is too large."""
        self._body_bytes += len(data)
        if not self.body_too_large and self._body_bytes > self._body_bytes_max:
            self.body_too_large = True
            self.content, kept = BytesIO(), self.content
            kept.close()
        if not self.body_too_large:
            super().handleContentChunk(data)
        elif self._body_bytes > _DISCARDED_BYTES_MAX:
            self.loseConnection()

    def body_length(self) -> int:
        """How many bytes have been kept."""
        return 0 if self.body_too_large else self._body_bytes


class QuietSite(Site):
    """A site that parses no forms and writes no access log: URLs carry tokens."""

    noisy = False
    requestFactory = BoundedRequest  # noqa: N815 - Twisted's name

    def __init__(
        self, resource: Door, admits: Callable[[str], bool] = lambda _host: True, **options: Any
    ) -> None:
        """`admits` says whether a connection of an address is kept; else it is closed at once."""
        super().__init__(resource, parsePOSTFormSubmission=False, **options)
        self._admits = admits

    def buildProtocol(self, addr: Any) -> Any:
        """What serves a connection; None to close it."""
        return super().buildProtocol(addr) if self._admits(addr.host) else None

    def log(self, request: object) -> None:
        """Write nothing."""
