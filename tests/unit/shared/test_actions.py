from __future__ import annotations

import msgspec
import pytest

from shared.actions import (
    BODY_OF_KIND,
    ActBody,
    ActionRequest,
    ModelOptions,
    NavigateBody,
    PageAction,
    ScreenshotBody,
    WaitUntil,
    parse_action_request,
)
from shared.request_kind import RequestKind
from tests.fakes.records import session_id_of

SESSION = session_id_of("one")


def decode(kind: RequestKind, raw: bytes) -> object:
    return msgspec.json.decode(raw, type=BODY_OF_KIND[kind])


@pytest.mark.parametrize("kind", set(BODY_OF_KIND) - {RequestKind.NAVIGATE})
def test_what_is_not_required_has_a_default(kind: RequestKind) -> None:
    assert decode(kind, b"{}") == BODY_OF_KIND[kind]()


@pytest.mark.parametrize("kind", BODY_OF_KIND)
def test_unknown_fields_are_refused(kind: RequestKind) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `surprise`"):
        decode(kind, b'{"surprise": 1}')


@pytest.mark.parametrize(
    "action",
    [
        {
            "selector": "#a",
            "backendNodeId": 7,
            "method": "fill",
            "arguments": ["x"],
            "description": "the Email field",
        },
        {
            "selector": None,
            "backendNodeId": None,
            "method": "press",
            "arguments": ["Enter"],
            "description": None,
        },
        {"method": "back"},
    ],
)
def test_an_observed_action_is_taken_back_as_it_was(action: dict[str, object]) -> None:
    body = decode(RequestKind.ACT, msgspec.json.encode({"action": action}))

    assert isinstance(body, ActBody)
    assert body.action == msgspec.convert(action, PageAction)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (RequestKind.ACT, b'{"timeoutMs": 99}'),
        (RequestKind.ACT, b'{"timeoutMs": 300001}'),
        (RequestKind.ACT, b'{"targetId": "a/b"}'),
        (RequestKind.ACT, b'{"instruction": ""}'),
        (RequestKind.ACT, b'{"variables": {"a-b": ""}}'),
        (RequestKind.ACT, b'{"variables": {"1a": ""}}'),
        (RequestKind.ACT, b'{"variables": {"a": 1}}'),
        (RequestKind.ACT, b'{"screenshot": "all"}'),
        (RequestKind.ACT, b'{"action": {"selector": "#a"}}'),
        (RequestKind.ACT, b'{"action": {"method": "click", "backendNodeId": 0}}'),
        (RequestKind.ACT, b'{"model": {"baseUrl": "http://user:secret@host"}}'),
        (RequestKind.ACT, b'{"model": {"baseUrl": "file:///etc/passwd"}}'),
        (RequestKind.EXTRACT, b'{"schema": []}'),
        (RequestKind.EXTRACT, b'{"format": "pdf"}'),
        (RequestKind.NAVIGATE, b"{}"),
        (RequestKind.NAVIGATE, b'{"url": ""}'),
        (RequestKind.NAVIGATE, b'{"url": "https://a", "waitUntil": "idle"}'),
        (RequestKind.SCREENSHOT, b'{"quality": 101}'),
        (RequestKind.SCREENSHOT, b'{"format": "gif"}'),
    ],
)
def test_what_is_out_of_bounds_is_refused(kind: RequestKind, raw: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(kind, raw)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RequestKind.ACT, ActBody(instruction="click OK", variables={"a": "b"})),
        (RequestKind.ACT, ActBody(model=ModelOptions(base_url="http://127.0.0.1:11434/v1"))),
        (RequestKind.NAVIGATE, NavigateBody(url="about:blank", wait_until=WaitUntil.COMMIT)),
        (RequestKind.SCREENSHOT, ScreenshotBody(full_page=True)),
    ],
)
def test_a_request_crosses_the_bus_as_it_was(kind: RequestKind, body: ActBody) -> None:
    request = ActionRequest(session_id=SESSION, body=body, model_api_key="sk-1")

    payload = msgspec.Raw(msgspec.json.encode(request))

    assert parse_action_request(kind, payload) == request


def test_neither_keys_nor_what_is_typed_can_be_printed() -> None:
    body = ActBody(instruction="type %password% into Password", variables={"password": "hunter2"})
    request = ActionRequest(session_id=SESSION, body=body, model_api_key="sk-1")

    assert "hunter2" not in f"{request!r} {request} {body!r}"
    assert "sk-1" not in repr(request)
