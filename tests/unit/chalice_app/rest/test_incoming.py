from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import redis

from chalice_app.auth import key_digest_of, owner_of
from chalice_app.rest.incoming import owner_of_request, raw_body_of
from shared.errors import InvalidRequest, Unauthorized
from tests.fakes.api import API_KEY, make_test_deps


class BrokenBase64:
    """A request whose event says base64 and has none."""

    @property
    def raw_body(self) -> bytes:
        raise ValueError("Incorrect padding")


def request(**fields: object) -> Any:
    return cast("Any", SimpleNamespace(**fields))


def test_the_key_says_who_calls(redis_url: str, redis_client: redis.Redis) -> None:
    deps = make_test_deps(redis_url)

    owner = owner_of_request(deps, request(headers={"x-api-key": API_KEY}))

    assert owner == owner_of(key_digest_of(API_KEY))


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "unknown"}])
def test_without_a_known_key_nobody_calls(
    redis_url: str, redis_client: redis.Redis, headers: dict[str, str]
) -> None:
    with pytest.raises(Unauthorized):
        owner_of_request(make_test_deps(redis_url), request(headers=headers))


@pytest.mark.parametrize("raw", [b'{"a": "\xc3\xa4"}', '{"a": "ä"}'])
def test_the_body_comes_as_bytes_or_text(raw: bytes | str) -> None:
    assert raw_body_of(request(raw_body=raw)) == b'{"a": "\xc3\xa4"}'


@pytest.mark.parametrize("broken", [request(raw_body="\ud800"), cast("Any", BrokenBase64())])
def test_what_spells_no_bytes_is_refused(broken: Any) -> None:
    with pytest.raises(InvalidRequest) as raised:
        raw_body_of(broken)

    assert raised.value.details == {"field": "body"}
