from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from cdp_proxy.transport.models.bedrock import Bedrock, client_for
from cdp_proxy.transport.models.exchange import TOOL_DESCRIPTION, Busy, Rejected, Reply
from cdp_proxy.transport.models.options import ModelOptions
from shared.actions import ModelProvider
from tests.fakes.model_server import answer, hang, serving
from tests.fakes.model_wire import CONVERSATION, RIGHT, SCHEMA, bedrock_answer

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPTIONS = ModelOptions(provider=ModelProvider.BEDROCK, name=MODEL, max_output_tokens=100)
QUESTION: dict[str, Any] = {
    "modelId": MODEL,
    "system": [{"text": "Be brief."}],
    "messages": [{"role": "user", "content": [{"text": "Say a word."}]}],
    "inferenceConfig": {"maxTokens": 100},
    "toolConfig": {
        "tools": [
            {
                "toolSpec": {
                    "name": "answer",
                    "description": TOOL_DESCRIPTION,
                    "inputSchema": {"json": SCHEMA},
                }
            }
        ],
        "toolChoice": {"tool": {"name": "answer"}},
    },
}


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.session.Session().client(
        "bedrock-runtime",
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )


def bedrock(client: Any, **more: Any) -> Bedrock:
    return Bedrock(options=replace(OPTIONS, **more), client=lambda: client)


def reply_to(client: Any, response: dict[str, Any]) -> Reply:
    with Stubber(client) as stub:
        stub.add_response("converse", response)
        return bedrock(client).call(CONVERSATION).run(5)


def rejection_of(client: Any, text: str) -> Rejected:
    with Stubber(client) as stub:
        stub.add_client_error("converse", "ValidationException", text)
        with pytest.raises(Rejected) as error:
            bedrock(client).call(CONVERSATION).run(5)
    return error.value


def test_a_question_makes_the_model_call_the_tool(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("converse", bedrock_answer(), QUESTION)

        reply = bedrock(client).call(CONVERSATION).run(5)

    assert reply.value == RIGHT
    assert (reply.input_tokens, reply.output_tokens) == (30, 8)


def test_text_instead_of_the_tool_is_read_as_text(client: Any) -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "x"}}}

    reply = reply_to(client, bedrock_answer(thought, {"text": "a"}, {"text": "b"}))

    assert (reply.text, reply.value) == ("ab", None)


@pytest.mark.parametrize("reason", ["guardrail_intervened", "content_filtered"])
def test_a_refusal_is_told(client: Any, reason: str) -> None:
    assert reply_to(client, bedrock_answer({"text": "no"}, stop_reason=reason)).refused


def test_a_cut_answer_is_told(client: Any) -> None:
    assert reply_to(client, bedrock_answer({"text": "{"}, stop_reason="max_tokens")).truncated


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ModelTimeoutException", 408),
        ("ModelNotReadyException", 429),
        ("ModelErrorException", 424),
        ("ServiceUnavailableException", 503),
        ("SomethingNew", 500),
    ],
)
def test_what_may_pass_is_busy(client: Any, code: str, status: int) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("converse", code, http_status_code=status)
        with pytest.raises(Busy) as error:
            bedrock(client).call(CONVERSATION).run(5)

    assert error.value.status == status


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_what_will_not_pass_is_rejected(client: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("converse", code, http_status_code=403)
        with pytest.raises(Rejected) as error:
            bedrock(client).call(CONVERSATION).run(5)

    assert error.value.code == code
    assert bedrock(client).adapted(error.value) is None


def test_tools_that_a_model_refuses_are_left_out_one_by_one(client: Any) -> None:
    text = "This model doesn't support the toolConfig.toolChoice.tool field."
    rejection = rejection_of(client, text)
    free = bedrock(client).adapted(rejection)
    assert free is not None
    wordy = free.adapted(rejection)
    assert wordy is not None

    with Stubber(client) as stub:
        tools = {"tools": QUESTION["toolConfig"]["tools"]}
        stub.add_response("converse", bedrock_answer(), {**QUESTION, "toolConfig": tools})
        free.call(CONVERSATION).run(5)
    with Stubber(client) as stub:
        stub.add_response("converse", bedrock_answer({"text": '{"word": "a"}'}))
        reply = wordy.call(CONVERSATION).run(5)

    assert reply.text == '{"word": "a"}'
    assert wordy.adapted(rejection) is None


def test_without_tools_the_schema_is_told_in_words(client: Any) -> None:
    rejection = rejection_of(client, "tool use is not supported")
    free = bedrock(client).adapted(rejection)
    wordy = free and free.adapted(rejection)
    assert wordy is not None
    system = (
        "Be brief.\n\nAnswer with one JSON object of this JSON Schema, only that:\n"
        '{"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"], '
        '"additionalProperties": false}'
    )
    expected = {**QUESTION, "system": [{"text": system}]}
    del expected["toolConfig"]

    with Stubber(client) as stub:
        stub.add_response("converse", bedrock_answer({"text": "{}"}), expected)
        wordy.call(CONVERSATION).run(5)


def test_models_that_take_no_temperature_get_none(client: Any) -> None:
    warm = bedrock(client, temperature=0.5)
    with Stubber(client) as stub:
        config = {"maxTokens": 100, "temperature": 0.5}
        stub.add_response("converse", bedrock_answer(), {**QUESTION, "inferenceConfig": config})
        warm.call(CONVERSATION).run(5)

    adapted = warm.adapted(rejection_of(client, "temperature is deprecated for this model"))

    assert adapted is not None
    assert adapted.options.temperature is None


def test_other_validation_errors_stay_errors(client: Any) -> None:
    rejection = rejection_of(client, "The provided model identifier is invalid.")

    assert bedrock(client).adapted(rejection) is None


def second_turns(client: Any, failed: Reply) -> Callable[[list[Any]], None]:
    def expect(turns: list[Any]) -> None:
        with Stubber(client) as stub:
            messages = [*QUESTION["messages"], *turns]
            stub.add_response("converse", bedrock_answer(), {**QUESTION, "messages": messages})
            conversation = replace(CONVERSATION, failed=failed, complaint="Wrong.")
            bedrock(client).call(conversation).run(5)

    return expect


REPAIR = "Wrong. Answer again, with JSON that fits the schema and nothing else."


def test_a_malformed_tool_call_gets_its_result(client: Any) -> None:
    called = {"toolUse": {"toolUseId": "t1", "name": "answer", "input": {"word": 1}}}
    result = {"toolUseId": "t1", "status": "error", "content": [{"text": REPAIR}]}

    second_turns(client, reply_to(client, bedrock_answer(called)))(
        [
            {"role": "assistant", "content": [called]},
            {"role": "user", "content": [{"toolResult": result}]},
        ]
    )


def test_malformed_text_gets_an_answer_and_an_empty_turn_is_not_sent_back(client: Any) -> None:
    for content, shown in (([{"text": "no"}], "no"), ([], "(nothing)")):
        failed = Reply(text="", value=None, message={"content": content})
        second_turns(client, failed)(
            [
                {"role": "assistant", "content": [{"text": shown}]},
                {"role": "user", "content": [{"text": REPAIR}]},
            ]
        )


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    client_for.cache_clear()


@pytest.mark.usefixtures("credentials")
def test_the_real_client_speaks_to_its_endpoint_and_does_not_retry_by_itself() -> None:
    throttled = answer(
        {"message": "Too many requests"},
        "429 Too Many Requests",
        {"x-amzn-ErrorType": "ThrottlingException"},
    )
    with serving(throttled, answer(bedrock_answer())) as server:
        provider = Bedrock(
            options=OPTIONS, client=lambda: client_for("eu-central-1", server.url, 5.0)
        )
        with pytest.raises(Busy):
            provider.call(CONVERSATION).run(5)
        reply = provider.call(CONVERSATION).run(5)

    assert len(server.received) == 2
    assert server.received[1].path == f"/model/{MODEL.replace(':', '%3A')}/converse"
    assert "AWS4-HMAC-SHA256" in server.received[1].headers["authorization"]
    assert server.received[1].body["toolConfig"] == QUESTION["toolConfig"]
    assert reply.value == RIGHT


@pytest.mark.usefixtures("credentials")
def test_nobody_there_or_half_an_answer_is_busy() -> None:
    with serving(answer(bedrock_answer())[:-9]) as server:
        provider = Bedrock(
            options=OPTIONS, client=lambda: client_for("eu-central-1", server.url, 5.0)
        )
        with pytest.raises(Busy):
            provider.call(CONVERSATION).run(5)

    with pytest.raises(Busy):
        provider.call(CONVERSATION).run(5)


@pytest.mark.usefixtures("credentials")
def test_silence_is_busy_after_the_timeout() -> None:
    with serving(hang) as server:
        provider = Bedrock(
            options=OPTIONS, client=lambda: client_for("eu-central-1", server.url, 0.1)
        )
        with pytest.raises(Busy):
            provider.call(CONVERSATION).run(5)


@pytest.mark.usefixtures("credentials")
def test_without_a_region_the_question_is_rejected() -> None:
    provider = Bedrock(options=OPTIONS, client=lambda: client_for(None, None, 5.0))

    with pytest.raises(Rejected) as error:
        provider.call(CONVERSATION).run(5)

    assert error.value.code == "NoRegionError"


def test_a_client_is_shared() -> None:
    client_for.cache_clear()

    assert client_for("eu-central-1", None, 5.0) is client_for("eu-central-1", None, 5.0)


def test_an_abort_keeps_a_question_from_being_sent(client: Any) -> None:
    with Stubber(client):
        call = bedrock(client).call(CONVERSATION)
        call.abort()

        with pytest.raises(Busy):
            call.run(5)


def test_another_shape_is_not_the_protocol() -> None:
    class Odd:
        def converse(self, **_: object) -> dict[str, object]:
            return {"output": {}}

    with pytest.raises(Rejected) as error:
        bedrock(Odd()).call(CONVERSATION).run(5)

    assert error.value.code == "not_the_protocol"
