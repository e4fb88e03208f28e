"""The bodies of control and tokens."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared import limits
from shared.decoding import Allowed, decode_body
from shared.records import ControlWish
from shared.tokens import Scope


class TokenWish(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Body of `POST /sessions/{id}/tokens`."""

    scopes: Annotated[frozenset[Scope], Meta(min_length=1)]
    ttl_seconds: Annotated[int, Meta(ge=1, le=limits.SESSION_TIMEOUT_SECONDS_MAX)] | None = None
    """None: for as long as the session lives."""


_CONTROL: Allowed = {
    "holder": "human or agent",
    "ttlSeconds": (
        f"an integer from {limits.CONTROL_TTL_SECONDS_MIN} to {limits.CONTROL_TTL_SECONDS_MAX}"
        " (seconds)"
    ),
}
_TOKEN: Allowed = {
    "scopes": f"a list of one or more of {', '.join(scope.value for scope in Scope)}",
    "ttlSeconds": f"an integer from 1 to {limits.SESSION_TIMEOUT_SECONDS_MAX} (seconds), or null",
}


def parse_control(raw: bytes) -> ControlWish:
    """Decode and check the body of control.

    Raises:
        InvalidRequest: with `details["field"]`.
    """
    return decode_body(raw, ControlWish, _CONTROL)


def parse_token_wish(raw: bytes) -> TokenWish:
    """Decode and check the body of tokens.

    Raises:
        InvalidRequest: with `details["field"]`.
    """
    return decode_body(raw, TokenWish, _TOKEN)
