"""Session tokens: HS256 JWTs that open one session's sockets.

Claims: `aud exp iat jti sub scope sessionId`. A token names one session and dies with it: the
container refuses tokens of sessions that have ended, whatever `exp` says. The same session always
yields the same token (its `jti` and times are part of the session's record), so a `connectUrl` is
stable for the session's life.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import jwt

from shared.ids import OwnerId, SessionId
from shared.limits import JWT_SECRET_CHARS_MIN

AUDIENCE = "wallcrawler"
ALGORITHM = "HS256"
_REQUIRED = ["aud", "exp", "iat", "jti", "sub", "scope", "sessionId"]


class Scope(Enum):
    """What a token may do; each endpoint checks its own."""

    CDP = "cdp"
    VIEW = "view"
    INPUT = "input"


ALL_SCOPES: frozenset[Scope] = frozenset(Scope)


class TokenRefused(Exception):
    """The token is malformed, wrongly signed, expired or incomplete; the text says which."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    session_id: SessionId
    owner_id: OwnerId
    token_id: str
    scopes: frozenset[Scope]
    issued_at: int
    """Epoch seconds."""
    expires_at: int
    """Epoch seconds."""


def make_token(claims: Claims, secret: str) -> str:
    """Sign `claims`.

    Raises:
        ValueError: the secret is shorter than RFC 7518 asks for.
    """
    if len(secret) < JWT_SECRET_CHARS_MIN:
        raise ValueError(f"the JWT secret needs at least {JWT_SECRET_CHARS_MIN} characters")
    payload = {
        "aud": AUDIENCE,
        "exp": claims.expires_at,
        "iat": claims.issued_at,
        "jti": claims.token_id,
        "sub": claims.owner_id,
        "scope": " ".join(sorted(scope.value for scope in claims.scopes)),
        "sessionId": claims.session_id,
    }
    return jwt.encode(payload, secret, algorithm=ALGORITHM)


def parse_token(token: str, secret: str) -> Claims:
    """Verify signature, audience, expiry and completeness against the system clock.

    Raises:
        TokenRefused: with a sentence for the client that does not repeat the token.
    """
    try:
        payload = jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": _REQUIRED}
        )
        return Claims(
            session_id=SessionId(str(payload["sessionId"])),
            owner_id=OwnerId(str(payload["sub"])),
            token_id=str(payload["jti"]),
            scopes=frozenset(Scope(word) for word in str(payload["scope"]).split()),
            issued_at=int(payload["iat"]),
            expires_at=int(payload["exp"]),
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused("The token has expired.") from error
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused("The token is not valid.") from error
