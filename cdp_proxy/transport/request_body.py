"""How much of a request's body is kept, and where: decided before the first byte of it comes.

Twisted itself would write any body of any size to disk, whoever sends it, and then read a form's
back into memory as a whole. Here a body may have `BODY_BYTES_MAX`; who may send more is for the
door to say, which looks at such requests first. What is refused is answered at once, its body
unread (`transport.http_connection`).
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Protocol

from twisted.web.http import parse_qs
from twisted.web.server import Request, Site

from cdp_proxy.transport.http_connection import HttpConnection
from cdp_proxy.transport.tasks import spawn
from cdp_proxy.transport.uploads import Reservation
from shared.errors import WallCrawlerError
from shared.limits import BODY_BYTES_MAX


class Door(Protocol):
    """Says who may send how much."""

    def expects_long_body(self, request: Request) -> bool:
        """Whether to `look_at` it; the request has its method, path, query and headers."""
        ...

    async def look_at(self, request: Request, length: int | None) -> Reservation:
        """What a body may have; its length is None where its head does not tell.

        Raises:
            WallCrawlerError: the request is to be refused with it.
        """
        ...


class BoundedRequest(Request):
    """A request that keeps no more of its body than the door lets it."""

    body_too_large = False
    """Whether it was longer; what is in `content` is of no use then."""
    refusal: WallCrawlerError | None = None
    """What the door has refused it with: to be answered in place of everything else."""
    channel: Any
    content: Any
    _reservation: Reservation | None = None
    _body_bytes_max = BODY_BYTES_MAX
    _body_bytes = 0
    _is_processed = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        """All headers are there: look who comes before setting room aside."""
        # Twisted has no public name for the request line before the body is in.
        self.method, self.uri = self.channel._command, self.channel._path
        self.path, _, query = self.uri.partition(b"?")
        self.args = parse_qs(query, 1)
        super().gotLength(length)
        door: Door = self.channel.site.resource
        if length == 0:
            return
        if door.expects_long_body(self):
            self.channel.hold()
            self.channel.callLater(0, self._look, door, length)
        elif length is not None and length > BODY_BYTES_MAX:
            self.body_too_large = True
            self.channel.hold()
            self.channel.callLater(0, self._answer_now)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep the chunk, unless the body becomes too large with it, which only chunked ones do."""
        self._body_bytes += len(data)
        if self.body_too_large:
            return
        if self._body_bytes <= self._body_bytes_max:
            super().handleContentChunk(data)
            return
        self.body_too_large = True
        self.content, kept = BytesIO(), self.content
        kept.close()
        self.channel.callLater(0, self._answer_now)

    def process(self) -> None:
        """Answer it: the body is in, or will not be read."""
        self._is_processed = True
        super().process()

    def take_reservation(self) -> Reservation | None:
        """What the door has set aside for its body; whoever takes it settles it."""
        reservation, self._reservation = self._reservation, None
        return reservation

    def _look(self, door: Door, length: int | None) -> None:
        if not self._disconnected:
            spawn(self._be_looked_at(door, length), "looking at a request's head")

    async def _be_looked_at(self, door: Door, length: int | None) -> None:
        try:
            self._reservation = await door.look_at(self, length)
        except WallCrawlerError as error:
            self.refusal = error
            self._answer_now()
        except Exception:
            self.refusal = WallCrawlerError("Something went wrong in the container.")
            self._answer_now()
            raise
        else:
            self._body_bytes_max = self._reservation.bytes
            if self._disconnected:
                self._settle()
            else:
                self.notifyFinish().addBoth(self._settle)
                self.channel.go_on()

    def _settle(self, _result: object = None) -> None:
        """It has ended before anybody took what was set aside."""
        if (reservation := self.take_reservation()) is not None:
            reservation.settle(0)

    def _answer_now(self) -> None:
        if not (self._disconnected or self._is_processed):
            self.channel.answer_now()


class QuietSite(Site):
    """A site that parses no forms and writes no access log: URLs carry tokens."""

    noisy = False
    protocol = HttpConnection  # type: ignore[assignment]
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
