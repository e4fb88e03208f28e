"""What the program is told from outside; the only reader of the process environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from chalice_app.capacity_config import CapacityConfig, parse_capacity
from shared.limits import LAMBDA_RESULT_BYTES_MAX
from shared.tokens import secrets_of

_KEY_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOST_PORT = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")
_WORD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_SECRET_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^\s:]+")
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


class ConfigError(Exception):
    """The environment does not make a configuration; the text lists every problem, no value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """Checked settings. There are no default secrets: what is missing is an error.

    Secrets are here themselves, or by the ARN under which Secrets Manager has them.
    """

    redis_endpoint: str = field(repr=False)
    """`REDIS_ENDPOINT`: `host:port`, or a `redis://`, `rediss://` or `unix://` URL."""
    redis_auth_secret_arn: str | None = None
    """`REDIS_AUTH_SECRET_ARN`: Redis' password; None: what the endpoint has."""
    token_secret: str | None = field(default=None, repr=False)
    """`JWE_SECRET`: signs session tokens (HS256); the containers verify with the same. Several
    separated by commas: the first signs, all verify."""
    token_secret_arn: str | None = None
    """`TOKEN_SECRET_ARN`: the same, by ARN; one of the two is given."""
    api_key_hashes: frozenset[str] = frozenset()
    """`API_KEY_HASHES`: SHA-256 hex digests of accepted keys, besides those in Redis."""
    api_keys_secret_arn: str | None = None
    """`API_KEYS_SECRET_ARN`: more accepted keys: the keys themselves, separated by commas."""
    cdp_public_url: str | None = None
    """`CDP_PUBLIC_URL`: `ws[s]://host[:port]` clients connect to; None: each task's own."""
    ws_public_url: str | None = None
    """`WS_PUBLIC_URL`: `ws[s]://…` of the WebSocket API; None: sessions do not tell it."""
    ws_management_endpoint: str | None = None
    """`WS_MANAGEMENT_ENDPOINT`: where @connections is served instead of AWS (local gateway)."""
    aws_region: str | None = None
    """`AWS_REGION`, set by Lambda: where @connections of an API with a domain of its own is."""
    capacity: CapacityConfig | None = None
    """What may be started when every slot is taken; None: such requests are refused."""
    environment: str | None = None
    """`WALLCRAWLER_ENVIRONMENT`: the name that metrics in the log carry; None: no such metrics."""
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
        problems += _check_token_secret(env)
        capacity, more = parse_capacity(env)
        if problems or more:
            raise ConfigError(problems + more)
        return cls(
            redis_endpoint=env["REDIS_ENDPOINT"].strip(),
            redis_auth_secret_arn=env.get("REDIS_AUTH_SECRET_ARN", "").strip() or None,
            token_secret=env.get("JWE_SECRET", "").strip() or None,
            token_secret_arn=env.get("TOKEN_SECRET_ARN", "").strip() or None,
            api_key_hashes=frozenset(_split(env.get("API_KEY_HASHES", ""))),
            api_keys_secret_arn=env.get("API_KEYS_SECRET_ARN", "").strip() or None,
            cdp_public_url=env.get("CDP_PUBLIC_URL", "").strip().rstrip("/") or None,
            ws_public_url=env.get("WS_PUBLIC_URL", "").strip().rstrip("/") or None,
            ws_management_endpoint=env.get("WS_MANAGEMENT_ENDPOINT", "").strip() or None,
            aws_region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
            capacity=capacity,
            environment=env.get("WALLCRAWLER_ENVIRONMENT", "").strip() or None,
            answer_bytes_max=LAMBDA_RESULT_BYTES_MAX
            if env.get("AWS_LAMBDA_FUNCTION_NAME")
            else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsIdentity:
    """Who the program is to AWS, as Lambda's runtime tells it."""

    access_key_id: str
    """`AWS_ACCESS_KEY_ID`."""
    secret_access_key: str = field(repr=False)
    """`AWS_SECRET_ACCESS_KEY`."""
    session_token: str | None = field(default=None, repr=False)
    """`AWS_SESSION_TOKEN`: temporary credentials, as every role's are, have one."""
    endpoint_url: str | None = None
    """`AWS_ENDPOINT_URL_SECRETS_MANAGER`, else `AWS_ENDPOINT_URL`: instead of AWS's own."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> AwsIdentity:
        """Read it.

        Raises:
            ConfigError: there are no credentials.
        """
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        if problems := [f"{name} is required" for name in names if not env.get(name)]:
            raise ConfigError(problems)
        endpoint = env.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or env.get("AWS_ENDPOINT_URL")
        return cls(
            access_key_id=env["AWS_ACCESS_KEY_ID"],
            secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            session_token=env.get("AWS_SESSION_TOKEN") or None,
            endpoint_url=endpoint.rstrip("/") if endpoint else None,
        )


def process_environment() -> Mapping[str, str]:
    """The environment this process was started with."""
    return os.environ


def runs_in_chalice_command() -> bool:
    """Whether this is `chalice deploy`, `package` or the like, on somebody's machine."""
    return "AWS_CHALICE_CLI_MODE" in os.environ


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


def _check_token_secret(env: Mapping[str, str]) -> list[str]:
    secret = env.get("JWE_SECRET", "").strip()
    by_arn = bool(env.get("TOKEN_SECRET_ARN", "").strip())
    if secret and by_arn:
        return ["JWE_SECRET and TOKEN_SECRET_ARN exclude one another"]
    if not secret:
        return [] if by_arn else ["JWE_SECRET or TOKEN_SECRET_ARN is required"]
    try:
        secrets_of(secret)
    except ValueError as error:
        return [f"JWE_SECRET: {error}"]
    return []


def _check_arn(value: str) -> str | None:
    if not value or _SECRET_ARN.fullmatch(value):
        return None
    return "must be the ARN of a secret in Secrets Manager"


def _check_digests(value: str) -> str | None:
    if all(_KEY_DIGEST.fullmatch(digest) for digest in _split(value)):
        return None
    return "must be comma-separated SHA-256 digests of 64 hex digits each"


def _check_word(value: str) -> str | None:
    return None if _WORD.fullmatch(value) else "must be at most 64 letters, digits and dashes"


def _check_url(schemes: tuple[str, str]) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        parts = _split_url(value)
        if not value or (parts and parts.scheme in schemes and parts.hostname and not parts.query):
            return None
        return f"must be a {schemes[0]}:// or {schemes[1]}:// URL without a query"

    return check


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "REDIS_ENDPOINT": _check_redis,
    "REDIS_AUTH_SECRET_ARN": _check_arn,
    "TOKEN_SECRET_ARN": _check_arn,
    "API_KEYS_SECRET_ARN": _check_arn,
    "API_KEY_HASHES": _check_digests,
    "CDP_PUBLIC_URL": _check_url(("ws", "wss")),
    "WS_PUBLIC_URL": _check_url(("ws", "wss")),
    "WALLCRAWLER_ENVIRONMENT": _check_word,
    "WS_MANAGEMENT_ENDPOINT": _check_url(("http", "https")),
}
