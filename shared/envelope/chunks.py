"""A message that is too long for one frame of its carrier, in pieces and back together.

The pieces are parts of the message's text. `Assembly` takes them in any order, for several
messages at once, within bounds of its own: who sends pieces and never the last one costs no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from shared.envelope.incoming import ChunkMessage
from shared.errors import InvalidRequest
from shared.limits import CHUNKS_MAX

_DOUBLED: Final = '"\\\n\r\t'
"""Characters of one byte that take two as escapes."""
_WRAPPING_BYTES: Final = 160
"""What a piece's own message adds to its data: names, an id of 64 characters, two numbers."""


def split(text: bytes, set_id: str, message_bytes_max: int) -> Iterator[bytes]:
    """Messages of `message_bytes_max` bytes at most that carry `text` together.

    Args:
        text: JSON in UTF-8, as msgspec encodes it.
        set_id: the same in all pieces, and of no other message of this connection.
        message_bytes_max: the carrier's limit.
    """
    pieces = list(_cut(text.decode(), message_bytes_max - _WRAPPING_BYTES))
    for seq, piece in enumerate(pieces):
        chunk = ChunkMessage(id=set_id, seq=seq, total=len(pieces), data=piece)
        yield msgspec.json.encode(chunk)


def _cut(text: str, encoded_max: int) -> Iterator[str]:
    """Pieces that fill `encoded_max` well: quotes double, and letters take up to four bytes."""
    at = 0
    while at < len(text):
        size = encoded_max
        while (encoded := _encoded_size(text[at : at + size])) > encoded_max:
            size = max(1, min(size - 1, size * encoded_max // encoded))
        yield text[at : at + size]
        at += size


def _encoded_size(piece: str) -> int:
    """Bytes of a piece of JSON as a JSON string: of control characters it has whitespace alone."""
    return len(piece.encode()) + sum(map(piece.count, _DOUBLED)) + len('""')


class Assembly:
    """Puts the pieces of one connection back together."""

    def __init__(self, bytes_max: int, sets_max: int = 16) -> None:
        """Hold at most `bytes_max` bytes of text, of at most `sets_max` unfinished messages."""
        self._bytes_max = bytes_max
        self._sets_max = sets_max
        self._held = 0
        self._sets: dict[str, dict[int, str]] = {}
        self._totals: dict[str, int] = {}
        self._refused: dict[str, None] = {}
        """Messages there was no room for, the latest of them: what follows of them is not kept."""

    def add(self, chunk: ChunkMessage) -> bytes | None:
        """Take a piece; the whole text once it is the last one that was missing.

        Raises:
            InvalidRequest: it contradicts the others, or there is no room; its set is forgotten. Of
                one there is no room for, what follows is dropped, until it begins anew with its
                first piece.
        """
        if chunk.id in self._refused and chunk.seq > 0:
            return None
        self._refused.pop(chunk.id, None)
        pieces = self._sets.setdefault(chunk.id, {})
        total = self._totals.setdefault(chunk.id, chunk.total)
        size = len(chunk.data.encode(errors="surrogatepass"))
        self._held += size
        fault = self._fault(chunk, total, pieces)
        crowded = len(self._sets) > self._sets_max or self._held > self._bytes_max
        if fault or crowded:
            self._held -= size
            self._forget(chunk.id)
        if fault:
            raise InvalidRequest(fault, field="seq")
        if crowded:
            self._refuse_rest(chunk.id)
            raise InvalidRequest(
                f"Unfinished chunks exceed {self._bytes_max} bytes or {self._sets_max} messages.",
                field="seq",
            )
        pieces[chunk.seq] = chunk.data
        if len(pieces) < total:
            return None
        text = "".join(pieces[seq] for seq in range(total))
        self._forget(chunk.id)
        return text.encode(errors="surrogatepass")

    def _fault(self, chunk: ChunkMessage, total: int, pieces: dict[int, str]) -> str | None:
        if chunk.total != total or chunk.seq >= total or total > CHUNKS_MAX:
            return "The chunk does not fit the others of its id."
        if chunk.seq in pieces:
            return "The chunk has come already."
        return None

    def _refuse_rest(self, set_id: str) -> None:
        self._refused[set_id] = None
        if len(self._refused) > self._sets_max:
            del self._refused[next(iter(self._refused))]

    def _forget(self, set_id: str) -> None:
        pieces = self._sets.pop(set_id, {})
        self._totals.pop(set_id, None)
        self._held -= sum(len(piece.encode(errors="surrogatepass")) for piece in pieces.values())
