from __future__ import annotations

import json

import pytest
from msgspec import structs

from shared import limits
from shared.action_bodies import ALLOWED, parse_action
from shared.actions import (
    BODY_OF_KIND,
    ActBody,
    ExtractBody,
    ImageFormat,
    ModelOptions,
    ModelProvider,
    ModelUse,
    NavigateBody,
    ObserveBody,
    PageAction,
    ScreenshotBody,
    StepScreenshots,
    WaitUntil,
)
from shared.errors import InvalidRequest
from shared.request_kind import RequestKind

ACT = RequestKind.ACT


def parse(kind: RequestKind, body: dict[str, object]) -> object:
    return parse_action(kind, json.dumps(body).encode())


def refusal_of(kind: RequestKind, body: dict[str, object]) -> tuple[str, str]:
    """The field and the message of the refusal."""
    with pytest.raises(InvalidRequest) as raised:
        parse(kind, body)
    return str(raised.value.details["field"]), raised.value.message


def test_every_field_of_act_can_be_set() -> None:
    body = {
        "instruction": "type %secret% into Password",
        "variables": {"secret": "hunter2"},
        "model": {
            "provider": "openai",
            "name": "qwen3",
            "baseUrl": "http://127.0.0.1:11434/v1",
            "use": "always",
            "temperature": 0.2,
            "maxOutputTokens": 500,
        },
        "timeoutMs": 5000,
        "screenshot": "each",
        "targetId": "A" * 32,
    }

    assert parse(ACT, body) == ActBody(
        instruction="type %secret% into Password",
        variables={"secret": "hunter2"},
        model=ModelOptions(
            provider=ModelProvider.OPENAI,
            name="qwen3",
            base_url="http://127.0.0.1:11434/v1",
            use=ModelUse.ALWAYS,
            temperature=0.2,
            max_output_tokens=500,
        ),
        timeout_ms=5000,
        screenshot=StepScreenshots.EACH,
        target_id="A" * 32,
    )


def test_an_action_stands_instead_of_an_instruction() -> None:
    action = {"method": "click", "selector": "#ok", "backendNodeId": 7, "arguments": []}

    assert parse(ACT, {"action": action}) == ActBody(
        action=PageAction(method="click", selector="#ok", backend_node_id=7)
    )


@pytest.mark.parametrize("body", [{}, {"instruction": "x", "action": {"method": "click"}}])
def test_act_takes_exactly_one_of_the_two(body: dict[str, object]) -> None:
    assert refusal_of(ACT, body) == (
        "instruction",
        "Give either instruction or action, and not both.",
    )


def test_the_others_can_be_set_too() -> None:
    assert parse(RequestKind.OBSERVE, {"instruction": "the form"}) == ObserveBody(
        instruction="the form"
    )
    schema = {"type": "object", "properties": {"price": {"type": "number"}}}
    assert parse(RequestKind.EXTRACT, {"schema": schema, "selector": "main"}) == ExtractBody(
        schema=schema, selector="main"
    )
    url = "https://example.com/"
    assert parse(RequestKind.NAVIGATE, {"url": url, "waitUntil": "networkidle"}) == NavigateBody(
        url=url, wait_until=WaitUntil.NETWORK_IDLE
    )
    shot = {"format": "jpeg", "quality": 80, "fullPage": True}
    assert parse(RequestKind.SCREENSHOT, shot) == ScreenshotBody(
        format=ImageFormat.JPEG, quality=80, full_page=True
    )


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        (ACT, {"timeoutMs": 99}, "timeoutMs"),
        (ACT, {"timeoutMs": "1000"}, "timeoutMs"),
        (ACT, {"targetId": ""}, "targetId"),
        (ACT, {"instruction": ""}, "instruction"),
        (ACT, {"instruction": "x" * (limits.INSTRUCTION_CHARS_MAX + 1)}, "instruction"),
        (ACT, {"instruction": "x", "variables": {"a b": "c"}}, "variables"),
        (ACT, {"instruction": "x", "variables": {"a": 1}}, "variables"),
        (ACT, {"instruction": "x", "variables": {f"v{n}": "" for n in range(101)}}, "variables"),
        (ACT, {"screenshot": "all"}, "screenshot"),
        (ACT, {"action": "click"}, "action"),
        (ACT, {"action": {}}, "action.method"),
        (ACT, {"action": {"method": ""}}, "action.method"),
        (ACT, {"action": {"method": "fill", "arguments": [1]}}, "action.arguments"),
        (ACT, {"action": {"method": "fill", "arguments": ["x"] * 101}}, "action.arguments"),
        (ACT, {"action": {"method": "click", "selector": ""}}, "action.selector"),
        (ACT, {"action": {"method": "click", "backendNodeId": 0}}, "action.backendNodeId"),
        (ACT, {"model": {"provider": "skynet"}}, "model.provider"),
        (ACT, {"model": {"name": ""}}, "model.name"),
        (ACT, {"model": {"baseUrl": "localhost:8000"}}, "model.baseUrl"),
        (ACT, {"model": {"use": "sometimes"}}, "model.use"),
        (ACT, {"model": {"temperature": 3}}, "model.temperature"),
        (ACT, {"model": {"maxOutputTokens": 0}}, "model.maxOutputTokens"),
        (RequestKind.OBSERVE, {"instruction": 1}, "instruction"),
        (RequestKind.EXTRACT, {"schema": "x"}, "schema"),
        (RequestKind.EXTRACT, {"format": "pdf"}, "format"),
        (RequestKind.EXTRACT, {"format": "text", "schema": {}}, "format"),
        (RequestKind.NAVIGATE, {"url": ""}, "url"),
        (RequestKind.NAVIGATE, {"url": "about:blank", "waitUntil": "idle"}, "waitUntil"),
        (RequestKind.SCREENSHOT, {"format": "gif"}, "format"),
        (RequestKind.SCREENSHOT, {"quality": 50}, "quality"),
        (RequestKind.SCREENSHOT, {"format": "webp", "quality": 101}, "quality"),
        (RequestKind.SCREENSHOT, {"fullPage": True, "selector": "main"}, "fullPage"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(
    kind: RequestKind, body: dict[str, object], field: str
) -> None:
    named, message = refusal_of(kind, body)

    assert named == field
    assert ALLOWED[kind][field] in message


def test_what_is_required_is_told() -> None:
    field, message = refusal_of(RequestKind.NAVIGATE, {})

    assert (field, message) == (
        "url",
        "url is required; it must be a URL of at most 65536 characters.",
    )


@pytest.mark.parametrize("kind", BODY_OF_KIND)
def test_an_unknown_field_is_named(kind: RequestKind) -> None:
    assert refusal_of(kind, {"waitFor": 1}) == ("waitFor", "Unknown field: waitFor.")


@pytest.mark.parametrize("kind", BODY_OF_KIND)
def test_required_fields_say_what_they_take(kind: RequestKind) -> None:
    required = {each.encode_name for each in structs.fields(BODY_OF_KIND[kind]) if each.required}

    assert required <= set(ALLOWED[kind])


def test_a_message_never_repeats_the_value() -> None:
    _field, message = refusal_of(ACT, {"model": {"baseUrl": "http://user:hush@host/"}})

    assert "hush" not in message


def nested(depth: int) -> dict[str, object]:
    schema: dict[str, object] = {"type": "string"}
    for _ in range(depth - 1):
        schema = {"items": schema}
    return schema


def test_a_schema_may_be_nested_as_deep_as_is_said() -> None:
    schema = nested(limits.SCHEMA_DEPTH_MAX)

    assert parse(RequestKind.EXTRACT, {"schema": schema}) == ExtractBody(schema=schema)


def test_a_schema_that_is_nested_deeper_is_refused() -> None:
    field, message = refusal_of(
        RequestKind.EXTRACT, {"schema": nested(limits.SCHEMA_DEPTH_MAX + 1)}
    )

    assert field == "schema"
    assert "at most 64 objects" in message


def test_a_schema_nested_beyond_reason_is_refused() -> None:
    raw = b'{"schema": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001

    with pytest.raises(InvalidRequest):
        parse_action(RequestKind.EXTRACT, raw)
