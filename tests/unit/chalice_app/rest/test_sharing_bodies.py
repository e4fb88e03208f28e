"""The bodies of control and tokens."""

from __future__ import annotations

import pytest

from chalice_app.rest.sharing_bodies import parse_control, parse_token_wish
from shared.errors import InvalidRequest
from shared.limits import CONTROL_TTL_SECONDS_DEFAULT
from shared.records import ControlWish
from shared.tokens import Scope


def test_a_human_holds_it_for_five_minutes_unless_said_otherwise() -> None:
    assert parse_control(b'{"holder": "human"}') == ControlWish(
        holder="human", ttl_seconds=CONTROL_TTL_SECONDS_DEFAULT
    )
    assert parse_control(b'{"holder": "agent", "ttlSeconds": 5}').ttl_seconds == 5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "holder"),
        (b'{"holder": "robot"}', "holder"),
        (b'{"holder": "human", "ttlSeconds": 4}', "ttlSeconds"),
        (b'{"holder": "human", "ttlSeconds": 3601}', "ttlSeconds"),
        (b'{"holder": "human", "until": 1}', "until"),
        (b"[]", "body"),
    ],
)
def test_a_wish_for_control_names_what_is_wrong(body: bytes, field: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_control(body)

    assert raised.value.details == {"field": field}


def test_a_token_lives_as_long_as_its_session_unless_said_otherwise() -> None:
    wish = parse_token_wish(b'{"scopes": ["view", "input", "view"]}')

    assert wish.scopes == {Scope.VIEW, Scope.INPUT}
    assert wish.ttl_seconds is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "scopes"),
        (b'{"scopes": []}', "scopes"),
        (b'{"scopes": ["root"]}', "scopes"),
        (b'{"scopes": ["view"], "ttlSeconds": 0}', "ttlSeconds"),
        (b'{"scopes": ["view"], "ttlSeconds": 21601}', "ttlSeconds"),
    ],
)
def test_a_wish_for_a_token_names_what_is_wrong(body: bytes, field: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_token_wish(body)

    assert raised.value.details == {"field": field}
