"""WebSocket frames on the hot path (RFC 6455 5.2), without an object a frame.

Nearly all that CDP clients send are whole messages in one final, masked text frame. `FrameReader`
cuts those from the stream; whatever else comes (control frames, fragments, frames that break the
rules) it hands back untouched, for a complete implementation to deal with.
"""

from __future__ import annotations

from typing import Final

from websockets.frames import apply_mask

_FINAL_TEXT: Final = 0x81
_FINAL_BINARY: Final = 0x82
_MASKED: Final = 0x80
_LENGTH_7_BITS_MAX: Final = 125
_LENGTH_16_BITS: Final = 126
_LENGTH_16_BITS_MAX: Final = 0xFFFF
_MASK_BYTES: Final = 4


def text_header(size: int) -> bytes:
    """The header of an unmasked, final text frame with `size` bytes of payload."""
    if size <= _LENGTH_7_BITS_MAX:
        return bytes((_FINAL_TEXT, size))
    if size <= _LENGTH_16_BITS_MAX:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)


def is_text(payload: bytes) -> bool:
    """Whether a text frame may carry `payload`: it is UTF-8 (RFC 6455 8.1)."""
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
        self._need = 2
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
        while end - at >= 2:
            first, second = data[at], data[at + 1]
            size = second & 0x7F
            if (first != _FINAL_TEXT and first != _FINAL_BINARY) or not second & _MASKED:
                return found, data[at:]
            body = at + 2
            if size >= _LENGTH_16_BITS:
                wide = 2 if size == _LENGTH_16_BITS else 8
                body += wide
                if end < body:
                    return self._keep(found, data[at:], 2 + wide)
                size = int.from_bytes(data[body - wide : body])
                if size > self._payload_bytes_max:
                    return found, data[at:]
            body += _MASK_BYTES
            after = body + size
            if end < after:
                return self._keep(found, data[at:], after - at)
            payload = apply_mask(data[body:after], data[body - _MASK_BYTES : body])
            if first == _FINAL_TEXT and not is_text(payload):
                return found, data[at:]
            found.append(payload)
            at = after
        if at < end:
            return self._keep(found, data[at:], 2)
        return found, b""

    def _keep(self, found: list[bytes], tail: bytes, need: int) -> tuple[list[bytes], bytes]:
        self._parts.append(tail)
        self._have = len(tail)
        self._need = need
        return found, b""
