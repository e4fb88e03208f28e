from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdp_proxy.transport.models.exchange import Busy, Rejected, Reply
from cdp_proxy.transport.models.openai import OpenAi
from cdp_proxy.transport.models.options import ModelOptions
from shared.actions import ModelProvider
from tests.fakes.model_server import answer, serving
from tests.fakes.model_wire import CONVERSATION, KEY, RIGHT, SCHEMA, openai_answer, openai_error

OPTIONS = ModelOptions(provider=ModelProvider.OPENAI, name="gpt-4.1", max_output_tokens=100)


def openai(url: str | None = None, **more: Any) -> OpenAi:
    return OpenAi(options=replace(OPTIONS, base_url=url, **more), api_key=KEY)


def reply_to(body: dict[str, Any]) -> Reply:
    with serving(answer(body)) as server:
        return openai(server.url).call(CONVERSATION).run(5)


def test_a_question_is_a_chat_completion_with_a_strict_schema() -> None:
    with serving(answer(openai_answer())) as server:
        reply = openai(f"{server.url}/v1/").call(CONVERSATION).run(5)

    (received,) = server.received
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.body == {
        "model": "gpt-4.1",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Say a word."},
        ],
        "max_tokens": 100,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
        },
    }
    assert reply.text == '{"word": "yes"}'
    assert (reply.input_tokens, reply.output_tokens) == (19, 10)
    assert not reply.refused
    assert not reply.truncated


def test_without_a_key_none_is_sent() -> None:
    with serving(answer(openai_answer())) as server:
        OpenAi(options=replace(OPTIONS, base_url=server.url), api_key=None).call(CONVERSATION).run(
            5
        )

    assert "authorization" not in server.received[0].headers


def test_a_schema_that_strict_mode_does_not_take_is_sent_without() -> None:
    with serving(answer(openai_answer())) as server:
        openai(server.url).call(replace(CONVERSATION, schema={"type": "object"})).run(5)

    assert server.received[0].body["response_format"]["json_schema"]["strict"] is False


def test_a_refusal_is_told() -> None:
    assert reply_to(openai_answer(None, refusal="I'm sorry, I can't help with that.")).refused
    assert reply_to(openai_answer("", finish_reason="content_filter")).refused


def test_a_cut_answer_is_told() -> None:
    assert reply_to(openai_answer('{"wor', finish_reason="length")).truncated


def test_servers_that_leave_out_usage_or_send_parts_are_understood() -> None:
    body = openai_answer()
    del body["usage"]
    body["choices"][0]["message"]["content"] = [{"type": "text", "text": "a"}, {"text": "b"}]

    reply = reply_to(body)

    assert reply.text == "ab"
    assert (reply.input_tokens, reply.output_tokens) == (0, 0)


@pytest.mark.parametrize(
    "body", [{"choices": []}, {"choices": [{}]}, {"choices": "no"}, {"error": "in a 200"}, {}]
)
def test_another_shape_is_not_the_protocol(body: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as error:
        reply_to(body)

    assert error.value.code == "not_the_protocol"


def test_a_busy_service_says_for_how_long() -> None:
    body = openai_error(
        "Rate limit reached for gpt-4.1 in organization org-x", "rate_limit_exceeded"
    )
    busy = answer(body, "429 Too Many Requests", {"retry-after": "2", "retry-after-ms": "1500"})
    with serving(busy) as server, pytest.raises(Busy) as error:
        openai(server.url).call(CONVERSATION).run(5)

    assert (error.value.status, error.value.retry_after_seconds) == (429, 1.5)


def test_a_malformed_answer_is_shown_again_with_the_complaint() -> None:
    failed = Reply(text="Yes!", value=None, message={})
    with serving(answer(openai_answer())) as server:
        openai(server.url).call(replace(CONVERSATION, failed=failed, complaint="No JSON.")).run(5)

    *_, assistant, user = server.received[0].body["messages"]
    assert assistant == {"role": "assistant", "content": "Yes!"}
    assert user["role"] == "user"
    assert user["content"].startswith("No JSON. Answer again")


def test_formats_that_a_server_refuses_are_left_out_one_by_one() -> None:
    refusal = answer(openai_error("response_format is not supported"), "400 Bad Request")
    with serving(refusal, refusal, refusal, answer(openai_answer())) as server:
        provider: OpenAi | None = openai(server.url)
        for _ in range(3):
            assert provider is not None
            with pytest.raises(Rejected) as error:
                provider.call(CONVERSATION).run(5)
            provider = provider.adapted(error.value)
        assert provider is not None
        reply = provider.call(CONVERSATION).run(5)

    formats = [received.body.get("response_format") for received in server.received]
    assert [one and one["type"] for one in formats] == [
        "json_schema",
        "json_schema",
        "json_object",
        None,
    ]
    assert [one and one.get("json_schema", {}).get("strict") for one in formats[:2]] == [
        True,
        False,
    ]
    assert '"required": ["word"]' in server.received[3].body["messages"][0]["content"]
    assert provider.adapted(error.value) is None
    assert reply.text == '{"word": "yes"}'
    assert RIGHT == {"word": "yes"}


def test_models_that_want_the_other_name_for_the_limit_get_it() -> None:
    text = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead."
    )
    provider = openai("http://a.example").adapted(Rejected(400, "unsupported_parameter", text))

    assert provider is not None
    assert provider.tokens_field == "max_completion_tokens"
    assert provider.form == openai().form


def test_models_that_take_no_temperature_get_none() -> None:
    rejection = Rejected(400, "unsupported_value", "temperature Unsupported value: 0")
    warm = openai(temperature=0.0)
    with serving(answer(openai_answer())) as server:
        openai(server.url, temperature=0.0).call(CONVERSATION).run(5)

    adapted = warm.adapted(rejection)

    assert server.received[0].body["temperature"] == 0
    assert adapted is not None
    assert adapted.options.temperature is None
    assert adapted.form == warm.form


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "invalid_api_key"), (400, "context_length_exceeded"), (404, "model_not_found"), (0, "")],
)
def test_nothing_is_left_out_where_that_would_not_help(status: int, code: str) -> None:
    assert openai().adapted(Rejected(status, code, "")) is None


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(openai())
    assert KEY not in repr(openai().call(CONVERSATION))
