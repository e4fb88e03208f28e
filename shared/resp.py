"""RESP2, the protocol of Redis: from commands to bytes and from bytes to replies; no sockets.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2). Types of arguments
are redis-py's, so that both clients write the same bytes.
"""

from __future__ import annotations

from typing import Protocol

Argument = bytes | str | int | float
"""Text goes out as UTF-8, a float as Python's shortest spelling of it."""

_ARRAY, _BULK, _STATUS, _ERROR, _INTEGER = b"*", b"$", b"+", b"-", b":"


class Source(Protocol):
    """Where bytes of the server come from; blocks until they are there."""

    def readline(self, size: int = -1, /) -> bytes:
        """Up to and including the next newline; shorter at the end of the stream."""
        ...

    def read(self, size: int, /) -> bytes:
        """That many bytes; fewer at the end of the stream."""
        ...


class ProtocolError(Exception):
    """The stream ended early or is not RESP: the connection is of no more use."""


class ReplyError(Exception):
    """The server's own refusal of one command; its first word is the kind (`NOSCRIPT`, `OOM`)."""

    @property
    def kind(self) -> str:
        """The word by which Redis tells errors apart."""
        return str(self).partition(" ")[0]


Reply = bytes | int | list["Reply"] | ReplyError | None
"""What a server answers. Errors inside of arrays are values, not raised."""


def encode_command(parts: tuple[Argument, ...]) -> bytes:
    """One command on the wire.

    Raises:
        TypeError: an argument is none of `Argument`; a bool too, which Redis has no word for.
    """
    encoded = [_encode(part) for part in parts]
    head = b"*%d\r\n" % len(encoded)
    return head + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in encoded)


def read_reply(source: Source) -> Reply:
    """The next whole reply; an error is returned, not raised.

    Raises:
        ProtocolError: nothing more can be read from this source.
    """
    line = source.readline()
    if line[-2:] != b"\r\n":
        raise ProtocolError("the connection was closed in a reply")
    kind, rest = line[:1], line[1:-2]
    if kind == _BULK:
        return _bulk(source, _number(rest))
    if kind == _ARRAY:
        count = _number(rest)
        return None if count < 0 else [read_reply(source) for _ in range(count)]
    if kind == _INTEGER:
        return _number(rest)
    if kind == _STATUS:
        return rest
    if kind == _ERROR:
        return ReplyError(rest.decode("utf-8", "replace"))
    raise ProtocolError("this is no RESP2 reply")


def _encode(part: Argument) -> bytes:
    if isinstance(part, bytes):
        return part
    if isinstance(part, str):
        return part.encode()
    if isinstance(part, float | int) and not isinstance(part, bool):
        return repr(part).encode()
    raise TypeError(f"Redis takes bytes, text and numbers, not {type(part).__name__}")


def _bulk(source: Source, size: int) -> bytes | None:
    if size < 0:
        return None
    body = source.read(size + 2)
    if len(body) != size + 2 or body[-2:] != b"\r\n":
        raise ProtocolError("the connection was closed in a reply")
    return body[:-2]


def _number(digits: bytes) -> int:
    try:
        return int(digits)
    except ValueError:
        raise ProtocolError("this is no RESP2 reply") from None
