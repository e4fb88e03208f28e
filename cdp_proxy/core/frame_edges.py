"""Where one WebSocket frame ends and the next begins, in a stream that only passes through.

A relay hands on bytes; it knows nothing of messages. Only to say why the stream ends, when its
source has gone without a word, it must put a close frame of its own between two frames (RFC 6455
5.4 allows a control frame even within a fragmented message). `FrameEdges` follows the lengths and
looks at nothing else; a chunk in the midst of a large frame costs one comparison.
"""

from __future__ import annotations

from typing import Final

_OPCODE: Final = 0x0F
_CLOSE: Final = 0x8
_CLOSE_FRAME: Final = 0x88
_MASKED: Final = 0x80
_LENGTH_BITS: Final = 0x7F
_LENGTH_7_BITS_MAX: Final = 125
_LENGTH_16_BITS: Final = 126
_MASK_BYTES: Final = 4


def close_frame(code: int, reason: str) -> bytes:
    """A server's close frame (RFC 6455 5.5.1); the reason is cut to the 123 bytes it may have."""
    payload = code.to_bytes(2) + reason.encode()[: _LENGTH_7_BITS_MAX - 2]
    return bytes((_CLOSE_FRAME, len(payload))) + payload


class FrameEdges:
    """Follows one direction of a connection, from its first frame on."""

    def __init__(self) -> None:
        self.closing = False
        """Whether a close frame has gone by: nothing may follow it."""
        self._left = 0
        """Bytes of the frame at hand that are still to come."""
        self._head = b""
        """The beginning of a frame whose header is not complete."""

    @property
    def between_frames(self) -> bool:
        """Whether everything so far was whole frames."""
        return not self._left and not self._head

    def feed(self, data: bytes) -> None:
        """Take what has passed through."""
        size = len(data)
        if size < self._left:
            self._left -= size
            return
        at, self._left = self._left, 0
        if self._head:
            data, self._head = self._head + data, b""
        end = len(data)
        while at < end:
            after = self._end_of_frame(data, at)
            if not after:
                self._head = data[at:]
                return
            at = after
        self._left = at - end

    def _end_of_frame(self, data: bytes, at: int) -> int:
        """Where the frame at `at` ends, which may be beyond `data`; 0 when that is not known."""
        have = len(data) - at
        if have < 2:  # noqa: PLR2004
            return 0
        length = data[at + 1] & _LENGTH_BITS
        wide = 0 if length < _LENGTH_16_BITS else 2 if length == _LENGTH_16_BITS else 8
        if have < 2 + wide:
            return 0
        if wide:
            length = int.from_bytes(data[at + 2 : at + 2 + wide])
        if data[at] & _OPCODE == _CLOSE:
            self.closing = True
        mask = _MASK_BYTES if data[at + 1] & _MASKED else 0
        return at + 2 + wide + mask + length
