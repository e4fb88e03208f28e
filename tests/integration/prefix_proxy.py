"""A reverse proxy as people put one in front: TLS, a path prefix, and lines that break."""

from __future__ import annotations

import asyncio
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

_READ_BYTES = 65_536
_JOIN_SECONDS = 10.0


class PrefixProxy:
    """`https://localhost:…/prefix/…` for what is at `http://target/…`; runs until it is left."""

    def __init__(self, target: str, prefix: str, certificate: Path) -> None:
        """Prepare.

        Args:
            target: base URL of the server behind it.
            prefix: begins with a slash, ends with none.
            certificate: a PEM file with the key and the certificate.
        """
        self.broken = threading.Event()
        """While set, connections are closed as soon as they are made."""
        self._target = urlsplit(target)
        self._prefix = prefix.encode()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)
        self._loop = asyncio.new_event_loop()
        self._lines: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        port = self._server.sockets[0].getsockname()[1]
        self.base = f"https://localhost:{port}{self._prefix.decode()}"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_SECONDS)
        self._loop.close()

    def cut(self) -> None:
        """Break all connections, without any goodbye."""
        asyncio.run_coroutine_threadsafe(self._abort(), self._loop).result()

    async def _abort(self) -> None:
        for writer in list(self._lines):
            writer.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        await self._abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            if not self.broken.is_set():
                head = self._rewritten(await reader.readuntil(b"\r\n\r\n"))
                if head is None:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                else:
                    await self._relay(head, reader, writer)
        writer.transport.abort()
        self._lines.discard(writer)

    def _rewritten(self, head: bytes) -> bytes | None:
        """The request's head for the server behind; None when it is for somebody else."""
        line, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        method, path, version = line.split(b" ")
        if not path.startswith(self._prefix + b"/"):
            return None
        upgrade = any(field.lower().startswith(b"upgrade:") for field in fields)
        kept = [it for it in fields if upgrade or not it.lower().startswith(b"connection:")]
        closing = [] if upgrade else [b"Connection: close"]
        request = b" ".join((method, path.removeprefix(self._prefix), version))
        return b"\r\n".join([request, *kept, *closing, b"", b""])

    async def _relay(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass the request on, then bytes both ways until either side ends."""
        behind = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._lines.add(behind[1])
        behind[1].write(head)
        ways = {
            asyncio.ensure_future(_copy(reader, behind[1])),
            asyncio.ensure_future(_copy(behind[0], writer)),
        }
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        behind[1].transport.abort()
        self._lines.discard(behind[1])
        with suppress(OSError):
            await writer.drain()
        writer.transport.abort()
        await asyncio.wait(ways)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_READ_BYTES):
            sink.write(data)
            await sink.drain()
