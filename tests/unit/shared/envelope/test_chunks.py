"""Long messages in pieces and back together, whatever the order."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import decode
from shared.envelope.chunks import Assembly, split
from shared.envelope.incoming import ChunkMessage
from shared.errors import InvalidRequest

LIMIT = 400
TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from('"\\\u0000\n\u00fc\U0001f600'),
    min_size=1,
    max_size=2_000,
)


def chunk(set_id: str = "a", seq: int = 0, total: int = 2, data: str = "xy") -> ChunkMessage:
    return ChunkMessage(id=set_id, seq=seq, total=total, data=data)


def pieces_of(text: bytes, set_id: str = "a", limit: int = LIMIT) -> list[ChunkMessage]:
    pieces = [decode(message) for message in split(text, set_id, limit)]
    return [piece for piece in pieces if isinstance(piece, ChunkMessage)]


@given(TEXTS, st.randoms(use_true_random=False))
def test_pieces_fit_and_make_the_text_again_in_any_order(text: str, random: Random) -> None:
    message = json.dumps({"type": "PING", "text": text}, ensure_ascii=False).encode()
    sent = list(split(message, "a", LIMIT))
    random.shuffle(sent)
    assembly = Assembly(bytes_max=100_000)

    received = [assembly.add(decode(piece)) for piece in sent]  # type: ignore[arg-type]

    assert max(map(len, sent)) <= LIMIT
    assert received[-1] == message
    assert received[:-1] == [None] * (len(sent) - 1)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_several_messages_may_come_between_one_another(texts: list[str], random: Random) -> None:
    messages = {f"set-{number}": json.dumps(text).encode() for number, text in enumerate(texts)}
    pieces = [piece for name, text in messages.items() for piece in pieces_of(text, name)]
    random.shuffle(pieces)
    assembly = Assembly(bytes_max=100_000)

    whole = [(piece.id, text) for piece in pieces if (text := assembly.add(piece)) is not None]

    assert dict(whole) == messages


def test_pieces_of_text_that_doubles_are_still_nearly_full() -> None:
    sent = list(split(b'"' * 10_000, "a", LIMIT))

    assert min(map(len, sent[:-1])) > 0.6 * LIMIT


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (chunk(seq=0), chunk(seq=0)),
        (chunk(seq=0, total=2), chunk(seq=1, total=3)),
        (chunk(seq=0), chunk(seq=2)),
    ],
)
def test_pieces_that_contradict_one_another_are_refused_and_forgotten(
    first: ChunkMessage, second: ChunkMessage
) -> None:
    assembly = Assembly(bytes_max=4)
    assembly.add(first)

    with pytest.raises(InvalidRequest) as raised:
        assembly.add(second)

    assert raised.value.details == {"field": "seq"}
    assert assembly.add(chunk(seq=1)) is None
    assert assembly.add(chunk(seq=0)) == b"xyxy"


def test_unfinished_messages_are_bounded_in_bytes() -> None:
    assembly = Assembly(bytes_max=5)
    assembly.add(chunk("a"))
    assembly.add(chunk("b"))

    with pytest.raises(InvalidRequest, match="5 bytes"):
        assembly.add(chunk("b", seq=1))

    assert assembly.add(chunk("a", seq=1)) == b"xyxy"


def test_the_rest_of_a_message_that_is_too_long_takes_no_room() -> None:
    assembly = Assembly(bytes_max=9)
    for seq in range(4):
        assembly.add(chunk("long", seq, total=8))
    with pytest.raises(InvalidRequest):
        assembly.add(chunk("long", 4, total=8))

    rest = [assembly.add(chunk("long", seq, total=8)) for seq in range(5, 8)]

    assert rest == [None] * 3
    assert [assembly.add(chunk("b", seq, total=4)) for seq in range(4)][-1] == b"xyxyxyxy"


def test_a_message_there_was_no_room_for_may_come_again() -> None:
    assembly = Assembly(bytes_max=5)
    assembly.add(chunk("a"))
    assembly.add(chunk("b"))
    with pytest.raises(InvalidRequest):
        assembly.add(chunk("b", seq=1))
    assembly.add(chunk("a", seq=1))

    again = [assembly.add(chunk("b", seq)) for seq in range(2)]

    assert again == [None, b"xyxy"]


def test_what_is_remembered_of_refused_messages_is_bounded() -> None:
    assembly = Assembly(bytes_max=1, sets_max=2)
    for name in "abc":
        with pytest.raises(InvalidRequest):
            assembly.add(chunk(name))

    with pytest.raises(InvalidRequest):
        assembly.add(chunk("a", seq=1))
    assert assembly.add(chunk("c", seq=1)) is None


def test_unfinished_messages_are_bounded_in_number() -> None:
    assembly = Assembly(bytes_max=100, sets_max=2)
    assembly.add(chunk("a"))
    assembly.add(chunk("b"))

    with pytest.raises(InvalidRequest, match="2 messages"):
        assembly.add(chunk("c"))

    assert assembly.add(chunk("b", seq=1)) == b"xyxy"
    assert assembly.add(chunk("c")) is None
