"""The program's secrets: from its environment, or from Secrets Manager and read again in time.

1. A secret is read when it is first needed: a cold start pays for those that its event needs.
2. It is read again after `REREAD_SECONDS`, so a rotation reaches every Lambda without a deploy.
3. When that fails, or what comes is not usable, the last good value goes on and the failure is
   logged; only a secret that was never read is an error.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from chalice_app import logs
from chalice_app.auth import key_digest_of
from chalice_app.config import ApiConfig
from shared.clock import Clock
from shared.errors import Unavailable
from shared.limits import API_KEY_CHARS_MIN
from shared.tokens import secrets_of

REREAD_SECONDS = 300.0
RETRY_SECONDS = 30.0
"""After a failed attempt, and between two that were asked for."""
FIRST_RETRY_SECONDS = 2.0
"""After a failed attempt while there is no value to go on with."""

T = TypeVar("T")
ReadText = Callable[[], str]


class SecretSource(Protocol):
    """Where secrets are kept (`aws.secrets_manager`)."""

    def read(self, arn: str) -> str:
        """The secret's text."""
        ...


class Secrets(Protocol):
    """What the program knows and nobody else may; never logged, never shown."""

    def token_secret(self) -> str:
        """Signs and verifies session tokens; perhaps several (`shared.tokens`)."""
        ...

    def api_key_hashes(self) -> frozenset[str]:
        """SHA-256 hex digests of accepted API keys, besides those in Redis."""
        ...


class SecretsOfEnvironment:
    """Given at the start of the process, for its life."""

    def __init__(self, config: ApiConfig) -> None:
        self._config = config

    def token_secret(self) -> str:
        """`JWE_SECRET`."""
        if self._config.token_secret is None:
            raise LookupError("JWE_SECRET was not checked")
        return self._config.token_secret

    def api_key_hashes(self) -> frozenset[str]:
        """`API_KEY_HASHES`."""
        return self._config.api_key_hashes


class KeptSecret(Generic[T]):
    """One secret: read when needed, kept for some minutes; safe to use from several threads."""

    def __init__(self, name: str, read: ReadText, parse: Callable[[str], T], clock: Clock) -> None:
        """`parse` raises ValueError, with a text that holds nothing of the secret."""
        self._name = name
        self._read = read
        self._parse = parse
        self._clock = clock
        self._value: T | None = None
        self._next_read = float("-inf")
        self._last_read = float("-inf")
        self._lock = threading.Lock()

    def get(self, *, fresh: bool = False) -> T:
        """The value; `fresh`: what was read more than some seconds ago will not do.

        Raises:
            Unavailable: it could not be read, and never was.
        """
        with self._lock:
            now = self._clock()
            stale = fresh and now >= self._last_read + RETRY_SECONDS
            if stale or now >= self._next_read:
                self._reread(now)
            if self._value is None:
                raise Unavailable("The API cannot read its secrets just now. Try again shortly.")
            return self._value

    def _reread(self, now: float) -> None:
        self._last_read = now
        try:
            self._value = self._parse(self._read())
        except Exception as error:
            known = self._value is not None
            self._next_read = now + (RETRY_SECONDS if known else FIRST_RETRY_SECONDS)
            logs.failure("secret not read", error, secret=self._name)
        else:
            self._next_read = now + REREAD_SECONDS


class SecretsByArn:
    """Secrets that `ApiConfig` names by ARN; those it holds itself come from there."""

    def __init__(self, config: ApiConfig, source: SecretSource, clock: Clock) -> None:
        self._at_hand = SecretsOfEnvironment(config)
        self._token_secret = _kept(
            config.token_secret_arn, source, "TOKEN_SECRET_ARN", _parse_token_secret, clock
        )
        self._api_keys = _kept(
            config.api_keys_secret_arn, source, "API_KEYS_SECRET_ARN", _parse_api_keys, clock
        )

    def token_secret(self) -> str:
        """Of `TOKEN_SECRET_ARN`, else `JWE_SECRET`."""
        if self._token_secret is None:
            return self._at_hand.token_secret()
        return self._token_secret.get()

    def api_key_hashes(self) -> frozenset[str]:
        """Of `API_KEYS_SECRET_ARN`, besides `API_KEY_HASHES`."""
        more = self._api_keys.get() if self._api_keys is not None else frozenset()
        return self._at_hand.api_key_hashes() | more


class RedisPassword:
    """`shared.lean_redis.PasswordSource` of a secret."""

    def __init__(self, arn: str, source: SecretSource, clock: Clock) -> None:
        self._kept = KeptSecret(
            "REDIS_AUTH_SECRET_ARN", lambda: source.read(arn), _parse_password, clock
        )

    def read(self, *, fresh: bool) -> str:
        """The password.

        Raises:
            Unavailable: it cannot be read.
        """
        return self._kept.get(fresh=fresh)


def _kept(
    arn: str | None, source: SecretSource, name: str, parse: Callable[[str], T], clock: Clock
) -> KeptSecret[T] | None:
    if arn is None:
        return None
    return KeptSecret(name, lambda: source.read(arn), parse, clock)


def _parse_token_secret(text: str) -> str:
    return ",".join(secrets_of(text))


def _parse_api_keys(text: str) -> frozenset[str]:
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys or any(len(key) < API_KEY_CHARS_MIN for key in keys):
        raise ValueError(f"API keys need at least {API_KEY_CHARS_MIN} characters each")
    return frozenset(map(key_digest_of, keys))


def _parse_password(text: str) -> str:
    password = text.strip()
    if not password:
        raise ValueError("the password is empty")
    return password
