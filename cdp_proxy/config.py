"""The container's settings, from the environment. The only reader of it in this program."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from shared.actions import ModelProvider, ModelUse
from shared.limits import HEARTBEAT_TTL_SECONDS_DEFAULT, HOLD_SECONDS_DEFAULT
from shared.tokens import secrets_of

T = TypeVar("T")

_SANDBOX_WORDS = {"auto": None, "on": True, "off": False}
_BROWSERS = ("headless-shell", "chromium")
_SESSIONS_MAX = 1_000
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
_HOST_DEFAULT = "127.0.0.1"
_PORT_DEFAULT = 9223
_PORT_MAX = 65_535
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""S3's rules for bucket names, as far as letters and length go."""
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:]{2,45}")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_IMAGE_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_OF_A_MODEL = ("MODEL_NAME", "MODEL_BASE_URL", "MODEL_REGION", "MODEL_API_KEY")
_WANT_KEYS = frozenset({ModelProvider.OPENAI, ModelProvider.ANTHROPIC})


class ConfigError(Exception):
    """The environment is not usable; the text lists everything that is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConfig:
    """One field a variable; `docs/settings.md` is checked against this."""

    redis_endpoint: str = field(repr=False)
    """`REDIS_ENDPOINT`: `host:port`, or a `redis://`, `rediss://` or `unix://` URL."""
    redis_auth_token: str | None = field(repr=False)
    """`REDIS_AUTH_TOKEN`: Redis' password; default: what the endpoint has."""
    jwt_secret: str = field(repr=False)
    """`JWE_SECRET` (the seed's name): signs and checks session tokens; 32 characters or more.
    Several separated by commas: the first signs, all verify."""
    host: str
    """`CDP_HOST`: the address to listen on."""
    port: int
    """`CDP_PORT`: 0 for a free one."""
    public_url: str | None
    """`CDP_PUBLIC_URL`: `ws://` or `wss://` base that clients reach; default: host and port."""
    max_sessions: int
    """`MAX_SESSIONS`: slots of this container."""
    warm_browsers: int
    """`WARM_BROWSERS`: started browsers kept ready."""
    browser: str
    """`BROWSER`: `headless-shell` or `chromium`."""
    browser_path: str | None
    """`BROWSER_PATH`: the real binary, when it is not where Debian puts it."""
    browser_sandbox: bool | None
    """`BROWSER_SANDBOX`: `on`, `off`, or `auto` (None): on wherever the kernel allows it."""
    scratch_dir: Path
    """`SCRATCH_DIR`: parent of the browsers' folders."""
    heartbeat_ttl_seconds: float
    """`HEARTBEAT_TTL_SECONDS`: without a beat for so long the container counts as dead."""
    never_connected_timeout_seconds: float
    """`NEVER_CONNECTED_TIMEOUT_SECONDS`: a session nobody uses ends after this."""
    last_client_grace_seconds: float
    """`LAST_CLIENT_GRACE_SECONDS`: how long a session without keepAlive waits for a client."""
    ping_interval_seconds: float
    """`PING_INTERVAL_SECONDS`: how often a CDP client is asked whether it is still there."""
    pong_timeout_seconds: float
    """`PONG_TIMEOUT_SECONDS`: a CDP client that does not answer for so long counts as gone."""
    screenshot_bucket: str | None
    """`SCREENSHOT_BUCKET`: S3 bucket for screenshots; default: they are in the answers."""
    screenshot_kms_key: str | None
    """`SCREENSHOT_KMS_KEY`: KMS key they are encrypted with; default: S3's own."""
    model_provider: ModelProvider | None
    """`MODEL_PROVIDER`: `bedrock`, `openai` (or what speaks its protocol) or `anthropic`; default:
    no model but callers' own."""
    model_name: str | None
    """`MODEL_NAME`: the provider's name of the model."""
    model_base_url: str | None
    """`MODEL_BASE_URL`: `http(s)://` base of the model's interface; default: the provider's."""
    model_region: str | None
    """`MODEL_REGION`: Bedrock's; default: `AWS_REGION`, then the AWS configuration's."""
    model_api_key: str | None = field(repr=False)
    """`MODEL_API_KEY`: a secret; Bedrock uses AWS credentials instead."""
    model_use: ModelUse
    """`MODEL_USE`: `auto` (when the resolver is not sure), `always`, or `never` unless asked to."""
    model_timeout_seconds: float
    """`MODEL_TIMEOUT_SECONDS`: for one question, retries included."""
    canary: str
    """`WALLCRAWLER_CANARY`: the version on trial (`shared.canary`); default: it is in service."""
    version: str
    """`WALLCRAWLER_VERSION`: what is deployed; containers of an older deployment get no new
    sessions while a newer one has room."""
    drain_seconds: float
    """`DRAIN_SECONDS`: how long running sessions may go on after SIGTERM."""
    hold_seconds: float
    """`HOLD_SECONDS`: how long a client's request waits for a session without a browser yet."""
    private_address: str | None
    """`PRIVATE_ADDRESS`: where other containers reach this one; default: ECS's word, or `CDP_HOST`.
    """
    idle_exit_seconds: float
    """`IDLE_EXIT_SECONDS`: a container that nobody uses for so long ends; 0: never."""
    start_token: str | None
    """`START_TOKEN`: what the API started this container for; set by it."""
    ecs_metadata_uri: str | None
    """`ECS_CONTAINER_METADATA_URI_V4`: set by ECS; tells the container's address and task."""
    ecs_agent_uri: str | None
    """`ECS_AGENT_URI`: set by ECS; takes requests for protection from scale-in."""
    environment: str | None
    """`WALLCRAWLER_ENVIRONMENT`: the name that metrics in the log carry; default: no such metrics.
    """
    ready_fd: int | None
    """`READY_FD`: an inherited descriptor that gets one JSON line once the container serves."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> ProxyConfig:
        """Read and check everything.

        Raises:
            ConfigError: listing all that is missing or wrong.
        """
        reader = _Reader(os.environ if env is None else env)
        config = cls(
            redis_endpoint=reader.text("REDIS_ENDPOINT", check=_redis),
            redis_auth_token=reader.optional("REDIS_AUTH_TOKEN", check=_one_line),
            jwt_secret=reader.text("JWE_SECRET", check=_long_enough),
            host=reader.text("CDP_HOST", _HOST_DEFAULT),
            port=reader.integer("CDP_PORT", _PORT_DEFAULT, 0, _PORT_MAX),
            public_url=reader.optional("CDP_PUBLIC_URL", check=_websocket_url),
            max_sessions=reader.integer("MAX_SESSIONS", 20, 1, _SESSIONS_MAX),
            warm_browsers=reader.integer("WARM_BROWSERS", 2, 0, _SESSIONS_MAX),
            browser=reader.word("BROWSER", "headless-shell", _BROWSERS),
            browser_path=reader.optional("BROWSER_PATH"),
            browser_sandbox=_SANDBOX_WORDS.get(
                reader.word("BROWSER_SANDBOX", "auto", tuple(_SANDBOX_WORDS))
            ),
            scratch_dir=Path(reader.text("SCRATCH_DIR", "/tmp/wallcrawler")),  # noqa: S108
            heartbeat_ttl_seconds=reader.seconds(
                "HEARTBEAT_TTL_SECONDS", HEARTBEAT_TTL_SECONDS_DEFAULT, above=0.5
            ),
            never_connected_timeout_seconds=reader.seconds(
                "NEVER_CONNECTED_TIMEOUT_SECONDS", 300.0
            ),
            last_client_grace_seconds=reader.seconds("LAST_CLIENT_GRACE_SECONDS", 2.0),
            # Autobahn's timers tick in whole seconds and round down: 1 may be none at all.
            ping_interval_seconds=reader.seconds("PING_INTERVAL_SECONDS", 30.0, above=1.0),
            # Generous: a client stopped in a debugger answers no pings.
            pong_timeout_seconds=reader.seconds("PONG_TIMEOUT_SECONDS", 120.0, above=2.0),
            screenshot_bucket=reader.optional("SCREENSHOT_BUCKET", check=_bucket_name),
            screenshot_kms_key=reader.optional("SCREENSHOT_KMS_KEY"),
            model_provider=reader.model_provider(),
            model_name=reader.optional("MODEL_NAME"),
            model_base_url=reader.optional("MODEL_BASE_URL", check=_http_url),
            model_region=reader.optional("MODEL_REGION") or reader.optional("AWS_REGION"),
            model_api_key=reader.optional("MODEL_API_KEY", check=_one_line),
            model_use=reader.model_use(),
            model_timeout_seconds=reader.seconds("MODEL_TIMEOUT_SECONDS", 60.0, above=1.0),
            canary=reader.optional("WALLCRAWLER_CANARY", check=_image_tag) or "",
            version=reader.optional("WALLCRAWLER_VERSION", check=_image_tag) or "",
            drain_seconds=reader.seconds("DRAIN_SECONDS", 0.0),
            hold_seconds=reader.seconds("HOLD_SECONDS", HOLD_SECONDS_DEFAULT, above=0.1),
            private_address=reader.optional("PRIVATE_ADDRESS", check=_host),
            idle_exit_seconds=reader.seconds("IDLE_EXIT_SECONDS", 0.0),
            start_token=reader.optional("START_TOKEN", check=_word),
            ecs_metadata_uri=reader.optional("ECS_CONTAINER_METADATA_URI_V4", check=_http_url),
            ecs_agent_uri=reader.optional("ECS_AGENT_URI", check=_http_url),
            environment=reader.optional("WALLCRAWLER_ENVIRONMENT", check=_word),
            ready_fd=reader.descriptor("READY_FD"),
        )
        reader.finish()
        return config


def own_address(env: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Where the container of this environment is reached from beside it: host and port.

    For the health check, which runs in the same environment, so the container has checked it.
    """
    variables = os.environ if env is None else env
    host = variables.get("CDP_HOST") or _HOST_DEFAULT
    port = int(variables.get("CDP_PORT") or _PORT_DEFAULT)
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104 (a comparison)


class _Reader:
    """Takes variables one by one and remembers every complaint."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._complaints: list[str] = []

    def text(
        self,
        name: str,
        default: str | None = None,
        check: Callable[[str], str | None] | None = None,
    ) -> str:
        value = self._env.get(name) or default
        if value is None:
            self._complaints.append(f"{name} is not set")
            return ""
        return self._checked(name, value, check)

    def optional(self, name: str, check: Callable[[str], str | None] | None = None) -> str | None:
        value = self._env.get(name)
        return self._checked(name, value, check) if value else None

    def word(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self._complaints.append(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def model_provider(self) -> ModelProvider | None:
        """The provider, when what else it takes is there too."""
        if not self._env.get("MODEL_PROVIDER"):
            alone = [name for name in _OF_A_MODEL if self._env.get(name)]
            self._complaints += [f"{name} needs MODEL_PROVIDER" for name in alone]
            return None
        word = self.word("MODEL_PROVIDER", "", tuple(ModelProvider))
        if not self._env.get("MODEL_NAME"):
            self._complaints.append("MODEL_NAME is not set, but MODEL_PROVIDER is")
        at_home = not self._env.get("MODEL_BASE_URL")
        if word in _WANT_KEYS and at_home and not self._env.get("MODEL_API_KEY"):
            self._complaints.append(f"MODEL_API_KEY is not set, but {word} wants one")
        return ModelProvider(word) if word in set(ModelProvider) else None

    def model_use(self) -> ModelUse:
        word = self.word("MODEL_USE", "auto", tuple(ModelUse))
        return ModelUse(word) if word in set(ModelUse) else ModelUse.AUTO

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not least <= int(value) <= most:
            self._complaints.append(
                f"{name} must be a whole number from {least} to {most}, not {value!r}"
            )
            return default
        return int(value)

    def seconds(self, name: str, default: float, above: float = 0.0) -> float:
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not above <= number < float("inf"):
            self._complaints.append(f"{name} must be seconds, at least {above:g}, not {value!r}")
        return number

    def descriptor(self, name: str) -> int | None:
        value = self._env.get(name)
        if not value:
            return None
        if not value.isdecimal():
            self._complaints.append(f"{name} must be the number of a file descriptor")
            return None
        return int(value)

    def finish(self) -> None:
        if self._complaints:
            raise ConfigError("; ".join(self._complaints) + ".")

    def _checked(self, name: str, value: str, check: Callable[[str], str | None] | None) -> str:
        complaint = check(value) if check is not None else None
        if complaint is not None:
            self._complaints.append(f"{name} {complaint}")
        return value


def _long_enough(secret: str) -> str | None:
    try:
        secrets_of(secret)
    except ValueError as error:
        return f"cannot be used: {error}"
    return None


def _host(name: str) -> str | None:
    return None if _HOST.fullmatch(name) else "must be a host name or an IP address"


def _word(text: str) -> str | None:
    return None if _WORD.fullmatch(text) else "must be 1 to 64 letters, digits, dashes"


def _redis(endpoint: str) -> str | None:
    """Says nothing of what it is: there may be a password in it."""
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"redis://{endpoint}")
        # Reading the port is what checks it.
        known = parts.port != 0 and parts.scheme in _REDIS_SCHEMES
    except ValueError:
        known = False
    if known and (parts.path if parts.scheme == "unix" else parts.hostname):
        return None
    return "must be host:port or a redis://, rediss:// or unix:// URL; a / in a password is %2F"


def _websocket_url(url: str) -> str | None:
    return None if url.startswith(("ws://", "wss://")) else "must start with ws:// or wss://"


def _http_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return "is not a URL"
    if right and "@" not in parts.netloc:
        return None
    return "must start with http:// or https:// and have no credentials in it"


def _one_line(key: str) -> str | None:
    return None if key.isascii() and key.isprintable() else "has characters that no key has"


def _image_tag(version: str) -> str | None:
    return None if _IMAGE_TAG.fullmatch(version) else "must be the tag of an image"


def _bucket_name(name: str) -> str | None:
    return None if _BUCKET_NAME.fullmatch(name) else "must be the name of an S3 bucket"
