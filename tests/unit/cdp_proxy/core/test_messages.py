from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from typing import Any

import cdp.browser
import cdp.target
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp_proxy.core import messages
from cdp_proxy.core.json_text import BRACKETS_MAX
from cdp_proxy.core.messages import Command

FLAT = "0123456789ABCDEF0123456789ABCDEF"


def refused(text: bytes) -> dict[str, Any]:
    """The answer to a malformed message."""
    with pytest.raises(messages.Malformed) as malformed:
        messages.decode_command(text)
    answer: dict[str, Any] = json.loads(malformed.value.answer)
    return answer


@pytest.mark.parametrize(
    "text",
    [
        b'{"id":7,"method":"A.b","params":{"x":1},"sessionId":"S"}',
        b'{"method":"A.b","params":{"x":1},"id":7,"sessionId":"S"}',
        b' {"sessionId" : "S", "params":{"x":1}, "method":"A.b", "id":7}\n',
    ],
)
def test_a_command_is_read_in_any_order_of_keys(text: bytes) -> None:
    command = messages.decode_command(text)

    assert (command.id, command.method, command.session_id) == (7, "A.b", "S")
    assert bytes(command.params) == b'{"x":1}'


def test_a_command_needs_neither_session_nor_params() -> None:
    command = messages.decode_command(b'{"id":0,"method":"A.b"}')

    assert command.session_id is msgspec.UNSET
    assert bytes(command.params) == b""


@pytest.mark.parametrize("number", ["-1073741825", "2147483648", '"1"', "null", "1.5"])
def test_an_id_is_a_32_bit_number_and_none_of_the_proxys(number: str) -> None:
    answer = refused(f'{{"id":{number},"method":"A.b"}}'.encode())

    assert answer["error"]["code"] == -32600
    assert "id" not in answer


@pytest.mark.parametrize("number", [-9999, 0, 2147483647])
def test_an_id_may_be_negative(number: int) -> None:
    """Playwright closes browsers with -9999."""
    assert messages.decode_command(f'{{"id":{number},"method":"A.b"}}'.encode()).id == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[]", "Message must be an object"),
        (b'{"method":"A.b"}', "Message must have integer 'id' property"),
        (b'{"id":"1","method":7}', "Message must have integer 'id' property"),
        (b'{"id":true,"method":"A.b"}', "Message must have integer 'id' property"),
        (b'{"id":1}', "Message must have string 'method' property"),
        (b'{"method":7,"id":"1"}', "Message must have string 'method' property"),
        (
            b'{"id":1,"method":"A.b","sessionId":5}',
            "Message may have string 'sessionId' property",
        ),
        (
            b'{"id":1,"method":"A.b","extra":1}',
            "Message has property other than 'id', 'method', 'sessionId', 'params'",
        ),
    ],
)
def test_what_is_no_command_is_refused_in_chromiums_own_words(text: bytes, words: str) -> None:
    assert refused(text)["error"]["message"] == words


MALFORMED = [
    (b"", -32700),
    (b"no json", -32700),
    (b'{"id":1,"method":"A.b"', -32700),
    (b'{"id":1,"method":"A.b"}\0', -32700),
    (b'{"id":1,"method":"A.b","params":{"a":"\0"}}', -32700),
    (b'{"id":1,"method":"A.b"}{"id":2,"method":"A.b"}', -32700),
    ('{"id":1,"method":"A.b"}'.encode("utf-16-le"), -32700),
    ('{"id":1,"method":"A.b"}'.encode("utf-32"), -32700),
    (b'\xef\xbb\xbf{"id":1,"method":"A.b"}', -32700),
    (b"[]", -32600),
    (b"{}", -32600),
    (b'{"id":1}', -32600),
    (b'{"id":1,"method":7}', -32600),
    (b'{"id":1,"method":"A.b","sessionId":null}', -32600),
    (b'{"id":1,"method":"A.b","sessionId":5}', -32600),
    (b'{"id":1,"method":"A.b","extra":true}', -32600),
    (b'{"id":1,"method":"A.b","extra":"\\ud800"}', -32600),
    (b'{"id":1,"id":2,"method":"A.b"}', -32700),
    (b'{"id":1,"method":"A.b","method":"A.c"}', -32700),
    (b'{"id":1,"method":"A.b","params":{},"params":{}}', -32700),
    (b'{"id":1,"method":"A.b","params":' + b"[" * 400 + b"]" * 400 + b"}", -32700),
    (b'{"id":1,"method":"A.b","params":' + b"[" * 100_000 + b"]" * 100_000 + b"}", -32700),
    (b'{"id":1,"method":"A.b","params":{"id":1,"x":' + b"[" * 989 + b"]" * 989 + b"}}", -32700),
    (b'{"id":1,"method":"A.b","params":{"x":NaN}}', -32700),
    (b'{"id":1,"method":"A.b","params":{"x":-Infinity}}', -32700),
    (b'{"id":1,"method":"A.b","params":{"id":1,"x":"\xff"}}', -32700),
]


@pytest.mark.parametrize(("text", "code"), MALFORMED, ids=[str(text[:45]) for text, _ in MALFORMED])
def test_what_chromium_refuses_as_a_whole_is_refused_here(text: bytes, code: int) -> None:
    """Its answer would have no `sessionId`, so that nobody could tell whose it is."""
    assert refused(text)["error"]["code"] == code


@pytest.mark.parametrize(
    "text", [b'{"id":7}', b'{"id":7,"method":"A.b","extra":1}', b'{"method":"A.b","id":7,"id":7}']
)
def test_a_refusal_names_the_id_when_there_is_one(text: bytes) -> None:
    assert refused(text)["id"] == 7


def test_a_lone_surrogate_is_text_to_javascript_and_to_chromium() -> None:
    text = b'{"id":7,"method":"A.b","params":{"x":"\\ud83d"}}'

    command = messages.decode_command(text)

    assert (command.id, command.method) == (7, "A.b")
    assert json.loads(bytes(command.params)) == {"x": "\ud83d"}


def test_keys_may_repeat_at_different_depths() -> None:
    text = b'{"id":7,"method":"A.b","params":{"id":1,"method":"x","params":{"id":2}}}'

    assert messages.decode_command(text).id == 7


def test_brackets_in_strings_are_not_nesting() -> None:
    text = json.dumps({"id": 7, "method": "A.b", "params": {"x": '[{"\\' * 1000}}).encode()

    assert messages.decode_command(text).id == 7


def test_many_shallow_brackets_are_not_nesting() -> None:
    text = json.dumps({"id": 7, "method": "A.b", "params": {"x": [{}] * 1000}}).encode()

    assert messages.decode_command(text).id == 7


def test_long_strings_are_passed_over_without_a_step_back_for_each_character() -> None:
    params = {"x": "\n" * 500_000, "y": "y" * 500_000, "z": [{}] * 300}
    text = json.dumps({"id": 7, "method": "A.b", "params": params}).encode()
    tracemalloc.start()

    messages.decode_command(text)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 3 * len(text)


@pytest.mark.parametrize("params", ['{"id":"\\"id\\"","x":[{"id":1},{"id":2}]}', '"id"'])
def test_keys_within_params_do_not_repeat_those_outside(params: str) -> None:
    text = f'{{"id":7,"params":{params},"method":"A.b"}}'.encode()

    assert messages.decode_command(text).id == 7


@pytest.mark.parametrize("extra", ["", ',"x":"\\ud800"'], ids=["usual", "odd"])
def test_more_brackets_than_can_be_matched_are_answered(extra: str) -> None:
    many = "[]," * (BRACKETS_MAX // 2)
    text = f'{{"id":7,"method":"A.b","params":{{"v":[{many}1]{extra}}}}}'.encode()

    answer = refused(text)

    assert answer["error"]["code"] == -32700
    assert ("id" in answer) is (not extra)


@given(st.binary())
@example(b"\xff")
def test_bytes_are_a_command_or_malformed_and_nothing_else(text: bytes) -> None:
    with suppress(messages.Malformed):
        messages.decode_command(text)


@pytest.mark.parametrize("number", [0, 2**31 - 1])
def test_the_ends_of_the_range_are_ids(number: int) -> None:
    assert messages.decode_command(f'{{"id":{number},"method":"A.b"}}'.encode()).id == number


def test_a_message_is_addressed_behind_its_last_key() -> None:
    suffix = messages.suffix_of(FLAT.encode())

    addressed = messages.with_session(b'{"id":1,"method":"A.b"} \r\n', suffix)

    assert addressed == b'{"id":1,"method":"A.b","sessionId":"' + FLAT.encode() + b'"}'
    assert len(suffix) == messages.SUFFIX_BYTES


def test_a_made_command_has_only_what_it_was_given() -> None:
    assert messages.make_command(-3, "A.b") == b'{"id":-3,"method":"A.b"}'
    assert json.loads(messages.make_command(-3, "A.b", {"x": [1]}, FLAT)) == {
        "id": -3,
        "method": "A.b",
        "params": {"x": [1]},
        "sessionId": FLAT,
    }


def test_ids_of_pycdp_are_written_as_plain_text_and_numbers() -> None:
    params = {"target": cdp.target.TargetID("T"), "window": cdp.browser.WindowID(3)}

    assert messages.make_command(1, "A.b", params) == (
        b'{"id":1,"method":"A.b","params":{"target":"T","window":3}}'
    )


def test_other_objects_are_not_cdp_values() -> None:
    with pytest.raises(TypeError, match="object is not a CDP value"):
        messages.make_command(1, "A.b", {"x": object()})


def test_an_empty_result_goes_back_where_the_command_came_from() -> None:
    assert messages.make_result(Command(id=5, method="A.b")) == b'{"id":5,"result":{}}'
    assert messages.make_result(Command(id=5, method="A.b", session_id=FLAT)).endswith(
        messages.suffix_of(FLAT.encode())
    )


def test_an_error_keeps_the_id_and_the_flat_session() -> None:
    command = Command(id=5, method="A.b", session_id=FLAT)

    assert json.loads(messages.make_error(-32000, "no", command)) == {
        "id": 5,
        "error": {"code": -32000, "message": "no"},
        "sessionId": FLAT,
    }


def test_a_target_event_is_read_as_far_as_ownership_goes() -> None:
    event = messages.decode_target_event(
        b'{"method":"Target.attachedToTarget","params":{"sessionId":"S","targetInfo":{"type":'
        b'"page","url":"x"},"waitingForDebugger":true},"sessionId":"R"}'
    )

    assert event.params.session_id == "S"
    assert event.params.target_info is not None
    assert event.params.target_info.type == "page"
    assert event.params.waiting_for_debugger


def test_params_that_are_json_already_are_not_read() -> None:
    odd = b'{"a" : 1.0, "a":2}'

    assert messages.make_raw_command(3, "A.b", odd, FLAT) == (
        b'{"id":3,"method":"A.b","params":' + odd + b',"sessionId":"' + FLAT.encode() + b'"}'
    )
    assert messages.make_raw_command(3, "A.b", b"") == b'{"id":3,"method":"A.b"}'


class TestHalfOfAPair:
    """JavaScript's strings may end in the midst of an emoji; a session does not end with them."""

    def test_an_answer_with_one_is_read(self) -> None:
        answer = messages.decode_answer(rb'{"id":-1,"result":{"title":"hi \ud83d"}}')

        assert json.loads(bytes(answer.result)) == {"title": "hi \ufffd"}

    def test_an_event_with_one_is_read(self) -> None:
        event = messages.decode_answer(rb'{"method":"A.b","params":{"text":"\ude00"}}')

        assert json.loads(bytes(event.params)) == {"text": "\ufffd"}

    def test_a_target_event_with_one_is_read(self) -> None:
        event = messages.decode_target_event(
            rb'{"method":"Target.attachedToTarget","params":{"sessionId":"S","targetInfo":{"type":'
            rb'"page","title":"\ud83d"},"waitingForDebugger":true},"sessionId":"R"}'
        )

        assert event.params.session_id == "S"

    def test_what_is_no_json_is_not_read(self) -> None:
        with pytest.raises(msgspec.DecodeError):
            messages.decode_answer(b'{"id":')
