"""Session tokens: HS256 JWTs that open one session's sockets.

Claims: `aud exp iat jti sub scope sessionId`. A token names one session and dies with it: the
container refuses tokens of sessions that have ended, whatever `exp` says. The same session always
yields the same token (its `jti` and times are part of the session's record), so a `connectUrl` is
stable for the session's life, unless the secret is changed.

A secret may be several, separated by commas: the first signs, all verify. So one can be replaced
without breaking what it has signed (docs/operations.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum

import msgspec

from shared.ids import OwnerId, SessionId
from shared.limits import JWT_SECRET_CHARS_MIN

AUDIENCE = "wallcrawler"
ALGORITHM = "HS256"


class Scope(Enum):
    """What a token may do; each endpoint checks its own."""

    CDP = "cdp"
    VIEW = "view"
    INPUT = "input"


ALL_SCOPES: frozenset[Scope] = frozenset(Scope)


EXPIRED = "The token has expired."
"""What clients are told, at once or later."""


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


def secrets_of(secret: str) -> list[str]:
    """The secrets of a comma-separated list, the one that signs first.

    Raises:
        ValueError: there is none, or one is shorter than RFC 7518 asks for.
    """
    parts = [part.strip() for part in secret.split(",")]
    if any(len(part) < JWT_SECRET_CHARS_MIN for part in parts):
        raise ValueError(f"a JWT secret needs at least {JWT_SECRET_CHARS_MIN} characters")
    return parts


def make_token(claims: Claims, secret: str) -> str:
    """Sign `claims`, with the first secret.

    Made by hand: PyJWT would be a third of what Lambda imports before it can create a session.

    Raises:
        ValueError: as for `secrets_of`.
    """
    key = secrets_of(secret)[0]
    payload = {
        "aud": AUDIENCE,
        "exp": claims.expires_at,
        "iat": claims.issued_at,
        "jti": claims.token_id,
        "sub": claims.owner_id,
        "scope": " ".join(sorted(scope.value for scope in claims.scopes)),
        "sessionId": claims.session_id,
    }
    signed = f"{_HEADER}.{_base64(msgspec.json.encode(payload))}"
    digest = hmac.digest(key.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_base64(digest)}"


def parse_token(token: str, secret: str) -> Claims:
    """Verify signature, audience, expiry and completeness against the system clock.

    Args:
        token: as the client sent it.
        secret: one or several; any of them may have signed it.

    Raises:
        TokenRefused: with a sentence for the client that does not repeat the token.
        ValueError: as for `secrets_of`.
    """
    # Late, because who only signs need not pay for it (`make_token`).
    from shared.jwt_verification import verified_payload  # noqa: PLC0415

    payload = verified_payload(token, secrets_of(secret))
    try:
        return Claims(
            session_id=SessionId(str(payload["sessionId"])),
            owner_id=OwnerId(str(payload["sub"])),
            token_id=str(payload["jti"]),
            scopes=frozenset(Scope(word) for word in str(payload["scope"]).split()),
            issued_at=int(payload["iat"]),
            expires_at=int(payload["exp"]),
        )
    except ValueError as error:
        raise TokenRefused("The token is not valid.") from error


def _base64(octets: bytes) -> str:
    """RFC 7515 2: base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


_HEADER = _base64(b'{"alg":"%b","typ":"JWT"}' % ALGORITHM.encode())
