"""`/sessions/{id}/downloads` and `/uploads`: a session's files over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote, unquote

from msgspec import Struct
from twisted.internet.interfaces import IReactorTime
from twisted.web.server import Request

from cdp_proxy.core.file_names import distinct_name, safe_name
from cdp_proxy.transport.answers import Alive, reply
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.downloads import Chunks, Download, DownloadsFolder, file_chunks, zip_chunks
from cdp_proxy.transport.guarded import NotThere
from cdp_proxy.transport.multipart import UploadForm, boundary_of
from cdp_proxy.transport.outflow import Outflow
from cdp_proxy.transport.request_body import BoundedRequest
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.uploads import Reception, Reservation, Uploaded
from shared.errors import (
    InvalidRequest,
    NoSuchFile,
    NothingHere,
    SessionEnded,
    TooLarge,
    WallCrawlerError,
)
from shared.limits import UPLOADS_BYTES_MAX

_SLICE_BYTES = 1024 * 1024
"""Of a form, in one go in a thread: the threads are there for Redis, too."""


class MethodNotAllowed(WallCrawlerError):
    """The path is right, the method is not."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405


class DownloadView(Struct, frozen=True, rename="camel"):
    """A finished download in the list; the time is ISO 8601 in UTC with milliseconds."""

    name: str
    size: int
    created_at: str


class UploadsView(Struct, frozen=True):
    """The answer to an upload."""

    files: list[Uploaded]


class Files:
    """The files of sessions that run here; who may have them has been checked before."""

    def __init__(self, reactor: IReactorTime, blocking: Blocking) -> None:
        self._reactor = reactor
        self._blocking = blocking

    def expect(self, request: Request, session: LiveSession, length: int | None) -> Reservation:
        """Set aside what an upload is going to take, before its body comes.

        Args:
            request: with its head only.
            session: that it is for.
            length: of the body; None where it is not known.

        Raises:
            WallCrawlerError: it is not going to be taken.
        """
        boundary_of(request.getHeader(b"Content-Type"))
        return session.uploads.reserve(length)

    async def answer(
        self, request: BoundedRequest, alive: Alive, session: LiveSession, path: list[str]
    ) -> None:
        """Answer a request for `/sessions/{id}/` and what is in `path`, still percent-encoded.

        Raises:
            WallCrawlerError: to be answered in its stead.
        """
        match path:
            case ["downloads"]:
                _check_method(request, b"GET", b"HEAD")
                await self._list_or_zip(request, alive, session)
            case ["downloads", name]:
                _check_method(request, b"GET", b"HEAD")
                await self._send_one(request, alive, session, unquote(name))
            case ["uploads"]:
                _check_method(request, b"POST")
                reply(request, alive, UploadsView(await self._receive(request, alive, session)))
            case _:
                raise NothingHere

    async def _list_or_zip(
        self, request: BoundedRequest, alive: Alive, session: LiveSession
    ) -> None:
        folder = _downloads_of(session)
        named = await self._named(session, folder)
        if _wants_list(request):
            reply(request, alive, [_view(name, download) for name, download in named.items()])
            return
        _announce(request, "application/zip", f"downloads-{session.spec.session_id}.zip")
        if request.method == b"HEAD":
            alive.finish(b"")
        elif not alive.gone:
            await self._stream(request, alive, session, zip_chunks(folder, list(named.items())))

    async def _send_one(
        self, request: BoundedRequest, alive: Alive, session: LiveSession, name: str
    ) -> None:
        folder = _downloads_of(session)
        named = await self._named(session, folder)
        try:
            download = named[name]
            file: BinaryIO = await self._blocking.run(folder.open, download)
        except (KeyError, NotThere) as error:
            raise NoSuchFile("The session has no finished download of that name.") from error
        _announce(request, "application/octet-stream", name)
        request.setHeader("Content-Length", str(download.size))
        if request.method == b"HEAD" or alive.gone:
            file.close()
            alive.finish(b"")
        else:
            await self._stream(request, alive, session, file_chunks(file, download.size))

    async def _stream(
        self, request: BoundedRequest, alive: Alive, session: LiveSession, chunks: Chunks
    ) -> None:
        outflow = Outflow(self._reactor, self._blocking, request, alive)
        session.transfers.add(outflow)
        if session.end_reason is not None:  # just now: nobody else will
            outflow.cut_off()
        try:
            await outflow.send(chunks)
        finally:
            session.transfers.discard(outflow)

    async def _named(self, session: LiveSession, folder: DownloadsFolder) -> dict[str, Download]:
        """What is finished, oldest first, by the names it is offered under."""
        named: dict[str, Download] = {}
        for download in await self._blocking.run(folder.finished):
            wanted = safe_name(session.downloads.of(download.stored_name))
            named[distinct_name(wanted, named)] = download
        return named

    async def _receive(
        self, request: BoundedRequest, alive: Alive, session: LiveSession
    ) -> list[Uploaded]:
        boundary = boundary_of(request.getHeader(b"Content-Type"))
        if request.body_too_large:
            raise TooLarge(f"A session may upload {UPLOADS_BYTES_MAX} bytes in all.")
        reservation = request.take_reservation()
        if reservation is None:
            raise InvalidRequest("The request has no body.", field="body")
        # Ours from here on: a client that leaves would have it closed under the parsing thread.
        body, request.content = cast("BinaryIO", request.content), BytesIO()
        reception = Reception(Path(session.browser.folder.folders.uploads))
        with body:
            try:
                await self._parse(body, UploadForm(boundary, reception), alive, session)
            except BaseException:
                await self._blocking.run(reception.discard)
                raise
            finally:
                reservation.settle(sum(upload.size for upload in reception.files))
        session.uploaded.update({upload.name: upload.path for upload in reception.files})
        return reception.files

    async def _parse(
        self, body: BinaryIO, form: UploadForm, alive: Alive, session: LiveSession
    ) -> None:
        while data := await self._blocking.run(body.read, _SLICE_BYTES):
            if session.end_reason is not None:
                raise SessionEnded(session.end_reason.text)
            if alive.gone:
                raise InvalidRequest("The client has left before its upload was done.")
            await self._blocking.run(form.feed, data)
        form.finish()


def _downloads_of(session: LiveSession) -> DownloadsFolder:
    return DownloadsFolder(Path(session.browser.folder.folders.downloads))


def _check_method(request: BoundedRequest, *allowed: bytes) -> None:
    if request.method not in allowed:
        names = b", ".join(allowed)
        request.setHeader(b"Allow", names)
        raise MethodNotAllowed(f"Use {names.decode()} here.")


def _wants_list(request: BoundedRequest) -> bool:
    """`?format=list` or `zip`; else what `Accept` prefers, which is the archive unless JSON."""
    wanted = request.args.get(b"format", [])
    if wanted and wanted[-1] not in {b"list", b"zip"}:
        raise InvalidRequest("format must be list or zip.", field="format")
    if wanted:
        return bool(wanted[-1] == b"list")
    return b"application/json" in (request.getHeader(b"Accept") or b"")


def _announce(request: BoundedRequest, kind: str, name: str) -> None:
    """Headers of a file: to be saved under its name, never to be shown or guessed at."""
    plain = name.encode("ascii", "replace").decode().translate(str.maketrans('"\\', "__"))
    request.setHeader("Content-Type", kind)
    request.setHeader("X-Content-Type-Options", "nosniff")
    request.setHeader("Cache-Control", "no-store")
    request.setHeader(
        "Content-Disposition",
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
    )


def _view(name: str, download: Download) -> DownloadView:
    moment = datetime.fromtimestamp(download.finished_at, UTC)
    text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return DownloadView(name, download.size, text)
