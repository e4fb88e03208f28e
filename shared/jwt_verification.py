"""Verification of tokens by PyJWT, which only those import who verify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jwt

from shared.tokens import ALGORITHM, AUDIENCE, EXPIRED, TokenRefused

_REQUIRED = ["aud", "exp", "iat", "jti", "sub", "scope", "sessionId"]


def verified_payload(token: str, secrets: Sequence[str]) -> dict[str, Any]:
    """The payload of a token that one of the secrets has signed, by the system clock.

    Raises:
        TokenRefused: with a sentence for the client that does not repeat the token.
    """
    for secret in secrets:
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": _REQUIRED},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused(EXPIRED) from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenRefused("The token is not valid.") from error
        return payload
    raise TokenRefused("The token is not valid.")
