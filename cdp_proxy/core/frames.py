"""WebSocket frames on the hot path (RFC 6455 5.2), without an object a frame.

Nearly all that CDP clients send are whole messages in one final, masked text frame. `FrameReader`
cuts those from the stream; whatever else comes (control frames, fragments, frames that break the
rules) it hands back untouched, for a complete implementation to deal with.
"""

from __future__ import annotations

from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled wheel
    from websockets.utils import apply_mask

_FINAL_TEXT: Final = 0x81
_FINAL_BINARY: Final = 0x82
_PLAIN: Final = (_FINAL_TEXT, _FINAL_BINARY)
_MASKED: Final = 0x80
_LENGTH_BITS: Final = 0x7F
_LENGTH_7_BITS_MAX: Final = 125
_LENGTH_16_BITS: Final = 126
_LENGTH_16_BITS_MAX: Final = 0xFFFF
_LENGTH_64_BITS: Final = 127
_MASK_BYTES: Final = 4


def text_header(size: int) -> bytes:
    """The header of an unmasked, final text frame with `size` bytes of payload."""
    return _header(_FINAL_TEXT, size)


def binary_header(size: int) -> bytes:
    """The header of an unmasked, final binary frame with `size` bytes of payload."""
    return _header(_FINAL_BINARY, size)


def _header(first: int, size: int) -> bytes:
    if size <= _LENGTH_7_BITS_MAX:
        return bytes((first, size))
    if size <= _LENGTH_16_BITS_MAX:
        return bytes((first, _LENGTH_16_BITS)) + size.to_bytes(2)
    return bytes((first, _LENGTH_64_BITS)) + size.to_bytes(8)


def is_text(payload: bytes) -> bool:
    """Whether `payload` is UTF-8, as a text frame's must be (RFC 6455 8.1) and JSON is."""
    if payload.isascii():
        return True
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


class FrameReader:
    """Cuts whole messages from one client's stream."""

    def __init__(self, payload_bytes_max: int) -> None:
        """Frames beyond `payload_bytes_max` are handed back like other odd ones."""
        self._payload_bytes_max = payload_bytes_max
        self._parts: list[bytes] = []
        self._have = 0
        self._need = 0
        """Bytes without which the frame at hand cannot go on."""

    def feed(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Take what the client sent.

        Returns:
            The messages it completes, and the rest of the stream from the first frame on that is
            not a plain message; empty if there is none. After a rest the reader starts afresh.
        """
        if self._parts:
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:
                return [], b""
            data = b"".join(self._parts)
            self._parts.clear()
        return self._cut(data)

    def _cut(self, data: bytes) -> tuple[list[bytes], bytes]:
        found: list[bytes] = []
        at = 0
        end = len(data)
        while at < end:
            body, after = self._measure(data, at)
            if not body:
                return found, data[at:]
            if end < after:
                self._parts.append(data[at:])
                self._have = end - at
                self._need = after - at
                break
            payload = apply_mask(data[body:after], data[body - _MASK_BYTES : body])
            if not is_text(payload):
                return found, data[at:]
            found.append(payload)
            at = after
        return found, b""

    def _measure(self, data: bytes, at: int) -> tuple[int, int]:
        """Where the frame at `at` has its payload, and where it ends.

        As long as its header is incomplete the end is the least it can be, so it is beyond
        `data`. A frame that is not a plain message has its payload at 0.
        """
        body = at + 2 + _MASK_BYTES
        if len(data) < at + 2:
            return body, at + 2
        first, second = data[at], data[at + 1]
        if first not in _PLAIN or not second & _MASKED:
            return 0, 0
        size = second & _LENGTH_BITS
        if size >= _LENGTH_16_BITS:
            wide = 2 if size == _LENGTH_16_BITS else 8
            body += wide
            if len(data) < at + 2 + wide:
                return body, body
            size = int.from_bytes(data[at + 2 : at + 2 + wide])
            least = _LENGTH_16_BITS if wide == 2 else _LENGTH_16_BITS_MAX + 1  # noqa: PLR2004
            if not least <= size <= self._payload_bytes_max:
                return 0, 0
        return body, body + size
