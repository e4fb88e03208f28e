from __future__ import annotations

import json
from typing import Any, cast

import pytest

from cdp_proxy.transport.answers import Alive, refuse, reply
from shared.errors import InvalidRequest, Unavailable
from tests.fakes.web_request import FakeRequest


@pytest.fixture
def request_() -> Any:
    return cast("Any", FakeRequest())


def test_an_answer_is_json_that_nobody_keeps(request_: Any) -> None:
    reply(request_, Alive(request_), {"a": 1}, 201)

    assert (request_.status, request_.written, request_.finished) == (201, [b'{"a":1}'], True)
    assert request_.headers == {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
    }


def test_text_is_taken_as_it_is(request_: Any) -> None:
    reply(request_, Alive(request_), b"[]")

    assert request_.written == [b"[]"]


def test_a_refusal_says_what_is_wrong(request_: Any) -> None:
    refuse(request_, Alive(request_), InvalidRequest("No.", field="x"))

    assert request_.status == 400
    body = json.loads(request_.written[0])
    assert body == {"message": "No.", "code": "INVALID_REQUEST", "field": "x"}
    assert "Retry-After" not in request_.headers


def test_a_refusal_that_will_pass_says_when(request_: Any) -> None:
    refuse(request_, Alive(request_), Unavailable("Later."))

    assert request_.headers["Retry-After"] == "2"


def test_who_has_left_gets_no_answer(request_: Any) -> None:
    alive = Alive(request_)
    request_.leave()

    reply(request_, alive, {})
    refuse(request_, alive, InvalidRequest("No."))

    assert alive.gone
    assert request_.written == []
    assert not request_.finished


def test_a_connection_that_is_handed_over_is_left_alone(request_: Any) -> None:
    alive = Alive(request_)

    alive.hand_over()
    alive.finish(b"late")

    assert request_.written == []
