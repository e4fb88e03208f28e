from __future__ import annotations

import time

import jwt
import pytest

from shared.jwt_verification import verified_payload
from shared.tokens import ALGORITHM, AUDIENCE, TokenRefused

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32
PAYLOAD: dict[str, object] = {
    "aud": AUDIENCE,
    "exp": int(time.time()) + 3600,
    "iat": int(time.time()),
    "jti": "token",
    "sub": "owner",
    "scope": "cdp",
    "sessionId": "session",
}


def signed_with(secret: str, **changes: object) -> str:
    return jwt.encode({**PAYLOAD, **changes}, secret, algorithm=ALGORITHM)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_any_of_the_secrets_may_have_signed(secret: str) -> None:
    assert verified_payload(signed_with(secret), [NEW, OLD]) == PAYLOAD


def test_a_secret_that_is_not_listed_signs_for_nobody() -> None:
    with pytest.raises(TokenRefused, match="not valid"):
        verified_payload(signed_with(OTHER), [NEW, OLD])


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_an_expired_token_is_told_so_whoever_signed_it(secret: str) -> None:
    with pytest.raises(TokenRefused, match="expired"):
        verified_payload(signed_with(secret, exp=1), [NEW, OLD])


def test_a_token_that_a_listed_secret_signed_must_still_be_right() -> None:
    with pytest.raises(TokenRefused, match="not valid"):
        verified_payload(signed_with(OLD, aud="other"), [NEW, OLD])
