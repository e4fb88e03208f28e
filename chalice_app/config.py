"""What the program is told from outside; the only reader of the process environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from shared.limits import JWT_SECRET_CHARS_MIN, LAMBDA_RESULT_BYTES_MAX

_KEY_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOST_PORT = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


class ConfigError(Exception):
    """The environment does not make a configuration; the text lists every problem, no value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """Checked settings. There are no default secrets: what is missing is an error."""

    redis_endpoint: str = field(repr=False)
    """`REDIS_ENDPOINT`: `host:port`, or a `redis://`, `rediss://` or `unix://` URL."""
    token_secret: str = field(repr=False)
    """`JWE_SECRET`: signs session tokens (HS256); the containers verify with the same."""
    api_key_hashes: frozenset[str] = frozenset()
    """`API_KEY_HASHES`: SHA-256 hex digests of accepted keys, besides those in Redis."""
    cdp_public_url: str | None = None
    """`CDP_PUBLIC_URL`: `ws[s]://host[:port]` clients connect to; None: each task's own."""
    ws_public_url: str | None = None
    """`WS_PUBLIC_URL`: `ws[s]://…` of the WebSocket API; None: sessions do not tell it."""
    ws_management_endpoint: str | None = None
    """`WS_MANAGEMENT_ENDPOINT`: where @connections is served instead of AWS (local gateway)."""
    aws_region: str | None = None
    """`AWS_REGION`, set by Lambda: where @connections of an API with a domain of its own is."""
    answer_bytes_max: int | None = None
    """What an action's result may weigh: Lambda's quota where `AWS_LAMBDA_FUNCTION_NAME` (set by
    Lambda itself) says that this is one."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ApiConfig:
        """Read and check the settings.

        Raises:
            ConfigError: listing all problems at once.
        """
        problems = [
            f"{name} {problem}"
            for name, check in _CHECKS.items()
            if (problem := check(env.get(name, "").strip())) is not None
        ]
        if problems:
            raise ConfigError(problems)
        return cls(
            redis_endpoint=env["REDIS_ENDPOINT"].strip(),
            token_secret=env["JWE_SECRET"].strip(),
            api_key_hashes=frozenset(_split(env.get("API_KEY_HASHES", ""))),
            cdp_public_url=env.get("CDP_PUBLIC_URL", "").strip().rstrip("/") or None,
            ws_public_url=env.get("WS_PUBLIC_URL", "").strip().rstrip("/") or None,
            ws_management_endpoint=env.get("WS_MANAGEMENT_ENDPOINT", "").strip() or None,
            aws_region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
            answer_bytes_max=LAMBDA_RESULT_BYTES_MAX
            if env.get("AWS_LAMBDA_FUNCTION_NAME")
            else None,
        )


def process_environment() -> Mapping[str, str]:
    """The environment this process was started with."""
    return os.environ


def _split(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def _split_url(value: str) -> SplitResult | None:
    if "://" not in value:
        return None
    try:
        parts = urlsplit(value)
        # Reading the port is what checks it.
        port = parts.port
    except ValueError:
        return None
    return parts if port != 0 else None


def _check_redis(value: str) -> str | None:
    if not value:
        return "is required"
    parts = _split_url(value)
    if _HOST_PORT.fullmatch(value) or (parts and parts.scheme in _REDIS_SCHEMES):
        return None
    return "must be host:port or a redis://, rediss:// or unix:// URL"


def _check_secret(value: str) -> str | None:
    if not value:
        return "is required"
    if len(value) < JWT_SECRET_CHARS_MIN:
        return f"must have at least {JWT_SECRET_CHARS_MIN} characters"
    return None


def _check_digests(value: str) -> str | None:
    if all(_KEY_DIGEST.fullmatch(digest) for digest in _split(value)):
        return None
    return "must be comma-separated SHA-256 digests of 64 hex digits each"


def _check_url(schemes: tuple[str, str]) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        parts = _split_url(value)
        if not value or (parts and parts.scheme in schemes and parts.hostname and not parts.query):
            return None
        return f"must be a {schemes[0]}:// or {schemes[1]}:// URL without a query"

    return check


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "REDIS_ENDPOINT": _check_redis,
    "JWE_SECRET": _check_secret,
    "API_KEY_HASHES": _check_digests,
    "CDP_PUBLIC_URL": _check_url(("ws", "wss")),
    "WS_PUBLIC_URL": _check_url(("ws", "wss")),
    "WS_MANAGEMENT_ENDPOINT": _check_url(("http", "https")),
}
