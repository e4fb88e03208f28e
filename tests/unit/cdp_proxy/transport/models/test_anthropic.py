from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdp_proxy.transport.models.anthropic import Anthropic
from cdp_proxy.transport.models.exchange import TOOL_DESCRIPTION, Busy, Rejected, Reply
from cdp_proxy.transport.models.options import ModelOptions
from shared.actions import ModelProvider
from tests.fakes.model_server import answer, serving
from tests.fakes.model_wire import (
    CONVERSATION,
    KEY,
    RIGHT,
    SCHEMA,
    anthropic_answer,
    anthropic_error,
)

OPTIONS = ModelOptions(
    provider=ModelProvider.ANTHROPIC, name="claude-sonnet-4-5", max_output_tokens=100
)
TEXT = {"type": "text", "text": '{"word": "no"}'}


def anthropic(url: str | None = None, **more: Any) -> Anthropic:
    return Anthropic(options=replace(OPTIONS, base_url=url, **more), api_key=KEY)


def reply_to(body: dict[str, Any]) -> Reply:
    with serving(answer(body)) as server:
        return anthropic(server.url).call(CONVERSATION).run(5)


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/"])
def test_a_question_makes_the_model_call_the_tool(base: str) -> None:
    with serving(answer(anthropic_answer())) as server:
        reply = anthropic(f"{server.url}{base}").call(CONVERSATION).run(5)

    (received,) = server.received
    assert received.path == "/v1/messages"
    assert received.headers["x-api-key"] == KEY
    assert received.headers["anthropic-version"] == "2023-06-01"
    assert received.body == {
        "model": "claude-sonnet-4-5",
        "max_tokens": 100,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Say a word."}],
        "tools": [{"name": "answer", "description": TOOL_DESCRIPTION, "input_schema": SCHEMA}],
        "tool_choice": {"type": "tool", "name": "answer"},
    }
    assert reply.value == RIGHT
    assert (reply.input_tokens, reply.output_tokens) == (42, 6)


def test_thoughts_before_the_tool_are_no_answer() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"}
    called = {"type": "tool_use", "id": "toolu_1", "name": "answer", "input": RIGHT}

    reply = reply_to(anthropic_answer(thinking, called))

    assert (reply.text, reply.value) == ("", RIGHT)


def test_text_instead_of_the_tool_is_read_as_text() -> None:
    reply = reply_to(anthropic_answer(TEXT, stop_reason="end_turn"))

    assert (reply.text, reply.value) == ('{"word": "no"}', None)


def test_a_refusal_is_told() -> None:
    body = anthropic_answer(stop_reason="refusal")
    body["content"] = []

    assert reply_to(body).refused


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_a_cut_answer_is_told(reason: str) -> None:
    assert reply_to(anthropic_answer(stop_reason=reason)).truncated


def test_an_overloaded_service_is_busy() -> None:
    body = anthropic_error("overloaded_error", "Overloaded")
    with serving(answer(body, "529 Overloaded")) as server, pytest.raises(Busy) as error:
        anthropic(server.url).call(CONVERSATION).run(5)

    assert error.value.status == 529


def second_turns(failed: Reply) -> list[Any]:
    with serving(answer(anthropic_answer())) as server:
        conversation = replace(CONVERSATION, failed=failed, complaint="Wrong.")
        anthropic(server.url).call(conversation).run(5)
    turns: list[Any] = server.received[0].body["messages"][1:]
    return turns


def test_a_malformed_tool_call_gets_its_result() -> None:
    called = {"type": "tool_use", "id": "toolu_1", "name": "answer", "input": {"word": 1}}

    assistant, user = second_turns(reply_to(anthropic_answer(called)))

    assert assistant == {"role": "assistant", "content": [called]}
    (result,) = user["content"]
    assert result["type"] == "tool_result"
    assert result["tool_use_id"] == "toolu_1"
    assert result["is_error"] is True
    assert result["content"].startswith("Wrong. Answer again")


def test_malformed_text_gets_an_answer() -> None:
    assistant, user = second_turns(reply_to(anthropic_answer(TEXT, stop_reason="end_turn")))

    assert assistant["content"] == [TEXT]
    assert user["content"][0]["type"] == "text"


def test_an_empty_turn_is_not_sent_back_empty() -> None:
    empty = Reply(text="", value=None, message={"content": []})

    assert second_turns(empty)[0]["content"] == "(nothing)"


def test_models_that_refuse_a_forced_tool_are_left_the_choice() -> None:
    text = "Thinking may not be enabled when tool_choice forces tool use."
    refusal = answer(anthropic_error("invalid_request_error", text), "400 Bad Request")
    with serving(refusal, answer(anthropic_answer(TEXT))) as server:
        provider = anthropic(server.url)
        with pytest.raises(Rejected) as error:
            provider.call(CONVERSATION).run(5)
        adapted = provider.adapted(error.value)
        assert adapted is not None
        adapted.call(CONVERSATION).run(5)

    assert server.received[1].body["tool_choice"] == {"type": "auto"}
    assert adapted.adapted(error.value) is None


def test_models_that_take_no_temperature_get_none() -> None:
    rejection = Rejected(400, "invalid_request_error", "temperature is deprecated for this model")
    warm = anthropic(temperature=0.5)
    with serving(answer(anthropic_answer())) as server:
        anthropic(server.url, temperature=0.5).call(CONVERSATION).run(5)

    adapted = warm.adapted(rejection)

    assert server.received[0].body["temperature"] == 0.5
    assert adapted is not None
    assert adapted.options.temperature is None
    assert adapted.adapted(rejection) is None


@pytest.mark.parametrize("status", [401, 403, 404, 413])
def test_nothing_is_left_out_where_that_would_not_help(status: int) -> None:
    assert anthropic().adapted(Rejected(status, "", "tool_choice temperature")) is None


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(anthropic())
    assert KEY not in repr(anthropic().call(CONVERSATION))
