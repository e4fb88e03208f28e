from __future__ import annotations

import base64
from typing import Any

import pytest

from chalice_app.ws.events import body_of, connection_id_of, endpoint_of, ids_of, query_of


def event(**more: object) -> dict[str, Any]:
    context = {
        "connectionId": "6RokuRIAThqYLKA=",
        "apiId": "abc",
        "stage": "production",
        "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
    }
    return {"requestContext": context, "isBase64Encoded": False, **more}


def test_the_connection_is_named_in_the_context() -> None:
    assert connection_id_of(event()) == "6RokuRIAThqYLKA="


def test_lines_of_the_log_carry_the_requests_and_the_connections_id() -> None:
    asked = event()
    asked["requestContext"]["requestId"] = "r"

    assert ids_of(asked) == {"requestId": "r", "connectionId": "6RokuRIAThqYLKA="}


@pytest.mark.parametrize("more", [{}, {"queryStringParameters": None}])
def test_a_query_that_is_not_there_is_empty(more: dict[str, None]) -> None:
    assert query_of(event(**more)) == {}


def test_text_is_taken_as_utf_8() -> None:
    assert body_of(event(body="ü")) == "ü".encode()


def test_a_binary_message_is_taken_as_its_bytes() -> None:
    encoded = base64.b64encode(b'{"type":"PING"}').decode()

    assert body_of(event(body=encoded, isBase64Encoded=True)) == b'{"type":"PING"}'


@pytest.mark.parametrize(("body", "is_base64"), [(None, False), ("", False), ("%", True)])
def test_what_is_no_message_is_empty(body: str | None, is_base64: bool) -> None:
    assert body_of(event(body=body, isBase64Encoded=is_base64)) == b""


def test_connections_are_managed_where_the_api_is() -> None:
    where = endpoint_of(event(), "eu-central-1")

    assert where == "https://abc.execute-api.eu-central-1.amazonaws.com/production"


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("eu-central-1", "abc.execute-api.eu-central-1.amazonaws.com"),
        ("cn-north-1", "abc.execute-api.cn-north-1.amazonaws.com.cn"),
        (None, "sockets.example"),
    ],
)
def test_an_api_with_its_own_domain_name_is_managed_under_its_id(
    region: str | None, domain: str
) -> None:
    custom = event()
    custom["requestContext"]["domainName"] = "sockets.example"

    assert endpoint_of(custom, region) == f"https://{domain}/production"
