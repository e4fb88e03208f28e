from __future__ import annotations

import time

import jwt
import pytest

from shared.ids import OwnerId, SessionId
from shared.tokens import (
    ALGORITHM,
    ALL_SCOPES,
    AUDIENCE,
    Claims,
    Scope,
    TokenRefused,
    make_token,
    parse_token,
)

SECRET = "s" * 32
NOW = int(time.time())
LIFETIME_SECONDS = 3600
"""Longer than any run of all tests: this module is imported at its beginning."""
PAYLOAD: dict[str, object] = {
    "aud": AUDIENCE,
    "exp": NOW + LIFETIME_SECONDS,
    "iat": NOW,
    "jti": "token",
    "sub": "owner",
    "scope": "cdp",
    "sessionId": "session",
}


def make_claims(
    *, expires_at: int = NOW + LIFETIME_SECONDS, scopes: frozenset[Scope] = ALL_SCOPES
) -> Claims:
    return Claims(
        session_id=SessionId("session"),
        owner_id=OwnerId("owner"),
        token_id="token",
        scopes=scopes,
        issued_at=NOW,
        expires_at=expires_at,
    )


@pytest.mark.parametrize("scopes", [ALL_SCOPES, frozenset({Scope.VIEW}), frozenset()])
def test_a_token_says_what_was_signed(scopes: frozenset[Scope]) -> None:
    claims = make_claims(scopes=scopes)

    assert parse_token(make_token(claims, SECRET), SECRET) == claims


def test_the_same_claims_always_make_the_same_token() -> None:
    assert make_token(make_claims(), SECRET) == make_token(make_claims(), SECRET)


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        make_token(make_claims(), "s" * 31)


def test_another_secret_is_refused() -> None:
    with pytest.raises(TokenRefused, match="not valid"):
        parse_token(make_token(make_claims(), "t" * 32), SECRET)


def test_an_expired_token_is_told_so() -> None:
    with pytest.raises(TokenRefused, match="expired"):
        parse_token(make_token(make_claims(expires_at=NOW - 1), SECRET), SECRET)


@pytest.mark.parametrize("claim", PAYLOAD)
def test_a_token_lacking_a_claim_is_refused(claim: str) -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != claim}

    with pytest.raises(TokenRefused):
        parse_token(jwt.encode(payload, SECRET, algorithm=ALGORITHM), SECRET)


@pytest.mark.parametrize(
    "change", [{"aud": "other"}, {"scope": "cdp admin"}, {"exp": "soon"}, {"iat": NOW + 600}]
)
def test_a_token_with_a_wrong_claim_is_refused(change: dict[str, object]) -> None:
    token = jwt.encode({**PAYLOAD, **change}, SECRET, algorithm=ALGORITHM)

    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)


@pytest.mark.parametrize("algorithm", ["HS512", "none"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    key = "" if algorithm == "none" else "s" * 64
    token = jwt.encode(PAYLOAD, key, algorithm=algorithm)

    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "ü.ü.ü", "." * 1000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)
