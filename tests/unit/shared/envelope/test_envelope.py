"""The codec as a whole: what is understood, and how what is not is answered."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import envelope
from shared.envelope import InvalidMessage, decode, encode, error_message
from shared.envelope.incoming import ChunkMessage, Incoming, InputDescription, MessageId, Ping
from shared.envelope.outgoing import ErrorMessage, Pong
from shared.errors import SessionNotFound

IDS = st.one_of(st.none(), st.text(max_size=255), st.integers(-(2**63), 2**63 - 1))


def refused(text: bytes | str) -> ErrorMessage:
    with pytest.raises(InvalidMessage) as raised:
        decode(text if isinstance(text, bytes) else text.encode())
    return raised.value.answer


@given(message_id=IDS)
def test_any_id_comes_back_as_it_was_given(message_id: MessageId) -> None:
    message = decode(encode(Ping(id=message_id)))

    assert message == Ping(id=message_id)


@pytest.mark.parametrize(
    ("text", "message_id", "field"),
    [
        ('{"type": "NOPE", "id": 5}', 5, "type"),
        ('{"type": 1, "id": "a"}', "a", "type"),
        ('{"id": 7}', 7, "type"),
        ('{"type": "PING", "id": "k", "x": 1}', "k", "x"),
        ('{"type": "CDP_COMMAND", "id": 1}', 1, "method"),
        ('{"type": "CDP_COMMAND", "id": 1, "method": "navigate"}', 1, "method"),
        ('{"type": "AI_ACTION", "id": 1, "action": "fly"}', 1, "action"),
        ('{"type": "CDP_COMMAND", "id": 1, "method": "A1.b", "targetId": ""}', 1, "method"),
        ('{"type": "CDP_COMMAND", "id": 1, "method": "Ab.b", "targetId": ""}', 1, "targetId"),
        ('{"type": "SUBSCRIBE", "id": 3, "events": []}', 3, "events"),
        ('{"type": "INPUT_EVENT", "id": 3, "event": {"kind": "pen"}}', 3, "event.kind"),
        (
            '{"type": "INPUT_EVENT", "id": 3, "event": {"kind": "mouse", "action": "up", "x": 1}}',
            3,
            "event.y",
        ),
        ('{"type": "START_SCREENCAST", "options": {"quality": 0}}', None, "options.quality"),
        ('{"type": "CHUNK", "id": "a", "seq": 0, "total": 0, "data": ""}', "a", "total"),
        ('{"type": "CHUNK", "id": "a", "seq": 0, "total": 1, "data": "", "x": 1}', "a", "x"),
    ],
)
def test_what_is_wrong_is_answered_with_the_clients_id_and_the_field(
    text: str, message_id: MessageId, field: str
) -> None:
    answer = refused(text)

    assert (answer.id, answer.error.code) == (message_id, "INVALID_REQUEST")
    assert answer.error.details == {"field": field}


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "PING", "%s": 1}',
        '{"type": "%s"}',
        '{"type": "START_SCREENCAST", "options": {"format": "%s"}}',
        '{"type": "START_SCREENCAST", "options": {"%s": 1}}',
        '{"type": "INPUT_EVENT", "event": {"kind": "%s"}}',
        '{"type": "PING", "id": "%s"}',
    ],
)
def test_what_somebody_made_up_is_not_repeated_at_length(text: str) -> None:
    assert len(encode(refused(text % ("x" * 100_000)))) < 1_000


def test_who_gives_no_kind_of_input_is_told_of_each() -> None:
    answer = refused('{"type": "INPUT_EVENT", "id": 1, "event": {}}')

    kinds = {kind.__struct_config__.tag for kind in get_args(InputDescription)}
    assert {"mouse", "choose", "copy"} <= kinds
    assert all(f" {kind}" in answer.error.message for kind in kinds)


@pytest.mark.parametrize(
    "text", ["", "nothing", "[]", '"PING"', "17", "{", '{"type": "PING"', b"\xff\xfe", "[" * 9_999]
)
def test_what_is_no_message_at_all_is_said_to_be_none(text: str | bytes) -> None:
    answer = refused(text)

    assert answer.id is None
    assert answer.error.message == "A message must be a JSON object with a `type`."
    assert answer.error.details == {"field": "body"}


@pytest.mark.parametrize(
    "message_id", ["true", "1.5", "[]", '"' + "x" * 256 + '"', "1" + "0" * 30, "1e400"]
)
def test_an_id_that_none_can_be_is_refused_and_not_repeated(message_id: str) -> None:
    answer = refused(f'{{"type": "PING", "id": {message_id}}}')

    assert answer.id is None


def test_lone_surrogates_of_javascript_are_taken_as_the_replacement_character() -> None:
    message = decode(rb'{"type": "PING", "id": "\ud83d\ude00 \ud83d"}')

    assert message == Ping(id="😀 \ufffd")


def test_what_is_wrong_beside_a_lone_surrogate_is_named() -> None:
    answer = refused(r'{"type": "CDP_COMMAND", "id": "\ud83d", "params": {}}')

    assert (answer.id, answer.error.details) == ("\ufffd", {"field": "method"})


def test_a_chunk_that_ends_within_a_surrogate_pair_is_refused_and_not_garbled() -> None:
    answer = refused(r'{"type": "CHUNK", "id": "a", "seq": 0, "total": 2, "data": "x\ud83d"}')

    assert (answer.id, answer.error.details) == ("a", {"field": "data"})


@given(st.one_of(st.binary(), st.text()))
def test_whatever_comes_is_a_message_or_refused_as_one(text: bytes | str) -> None:
    try:
        outcome: object = decode(text if isinstance(text, bytes) else text.encode())
    except InvalidMessage as refusal:
        outcome = refusal.answer

    assert isinstance(outcome, ErrorMessage | ChunkMessage | Incoming)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_a_type_of_any_kind_is_named_as_the_culprit(value: object) -> None:
    answer = refused(envelope.encode({"type": value, "id": 4}))

    assert (answer.id, answer.error.details) == (4, {"field": "type"})


def test_an_error_is_told_with_its_code_and_details() -> None:
    text = encode(error_message(8, SessionNotFound("There is none.", tried="a"), "request-1"))

    assert text == (
        b'{"type":"ERROR","id":8,"error":{"code":"SESSION_NOT_FOUND","message":"There is none.",'
        b'"requestId":"request-1","details":{"tried":"a"}}}'
    )


def test_an_id_that_is_null_is_still_in_the_answer() -> None:
    assert encode(Pong(id=None)) == b'{"type":"PONG","id":null}'
