from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chalice_app.rest.sharing_bodies import TokenWish, parse_control, parse_token_wish
from shared import limits
from shared.errors import InvalidRequest
from shared.records import ControlWish
from shared.tokens import Scope


def refusal_of(parse: Callable[[bytes], object], body: object) -> tuple[object, str]:
    """The field and the message of the refusal."""
    with pytest.raises(InvalidRequest) as raised:
        parse(json.dumps(body).encode())
    return raised.value.details["field"], raised.value.message


class TestControl:
    def test_a_human_takes_it_for_a_time(self) -> None:
        assert parse_control(b'{"holder":"human","ttlSeconds":60}') == ControlWish(
            holder="human", ttl_seconds=60
        )

    def test_the_time_may_be_left_to_us(self) -> None:
        wish = parse_control(b'{"holder":"agent"}')

        assert wish.ttl_seconds == limits.CONTROL_TTL_SECONDS_DEFAULT

    @pytest.mark.parametrize(
        ("body", "field", "allowed"),
        [
            ({}, "holder", "human or agent"),
            ({"holder": "robot"}, "holder", "human or agent"),
            ({"holder": "human", "ttlSeconds": 4}, "ttlSeconds", "from 5 to 3600"),
            ({"holder": "human", "ttlSeconds": 3601}, "ttlSeconds", "from 5 to 3600"),
            ({"holder": "human", "ttlSeconds": None}, "ttlSeconds", "from 5 to 3600"),
            ({"holder": "human", "for": 60}, "for", ""),
        ],
    )
    def test_what_is_wrong_is_named(self, body: object, field: str, allowed: str) -> None:
        refused, message = refusal_of(parse_control, body)

        assert refused == field
        assert allowed in message


class TestTokens:
    def test_scopes_are_a_set(self) -> None:
        wish = parse_token_wish(b'{"scopes":["view","input","view"],"ttlSeconds":60}')

        assert wish == TokenWish(scopes=frozenset({Scope.VIEW, Scope.INPUT}), ttl_seconds=60)

    @pytest.mark.parametrize(
        "raw", [b'{"scopes":["cdp"]}', b'{"scopes":["cdp"],"ttlSeconds":null}']
    )
    def test_it_lives_as_long_as_its_session_unless_told(self, raw: bytes) -> None:
        assert parse_token_wish(raw).ttl_seconds is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "scopes"),
            ({"scopes": []}, "scopes"),
            ({"scopes": "view"}, "scopes"),
            ({"scopes": ["view"], "ttlSeconds": 0}, "ttlSeconds"),
            ({"scopes": ["view"], "ttlSeconds": 21_601}, "ttlSeconds"),
            ({"scopes": ["view"], "name": "x"}, "name"),
        ],
    )
    def test_what_is_wrong_is_named(self, body: object, field: str) -> None:
        assert refusal_of(parse_token_wish, body)[0] == field

    def test_a_scope_that_does_not_exist_is_named(self) -> None:
        field, message = refusal_of(parse_token_wish, {"scopes": ["admin"]})

        assert str(field).startswith("scopes")
        assert message
