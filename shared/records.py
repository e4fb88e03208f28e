"""The records that travel: what a caller asks for, what a session is, what a task says of itself.

msgspec structs, immutable. On the wire names are camelCase; unknown fields of a request body are
refused, with the path of the field.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from shared import limits
from shared.ids import OwnerId, SessionId, TaskId
from shared.session_state import LIVE, EndReason, SessionStatus

Px = Annotated[int, Meta(ge=limits.VIEWPORT_PX_MIN, le=limits.VIEWPORT_PX_MAX)]
HeaderName = Annotated[str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}\Z")]
HeaderValue = Annotated[
    str, Meta(pattern=r"^[^\r\n\x00]*\Z", max_length=limits.HEADER_VALUE_CHARS_MAX)
]
Locale = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z", max_length=35)]
TimezoneId = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*\Z", max_length=64)]
ProxyServer = Annotated[
    str,
    Meta(
        pattern=r"^(https?|socks[45])://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}\Z",
        max_length=300,
    ),
]
BypassRule = Annotated[str, Meta(pattern=r"^[^;,\s]+\Z", max_length=255)]
MetadataValue = str | int | float | bool


class _Body(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A part of a request body: camelCase, nothing unknown."""


class Viewport(_Body, frozen=True):
    """Size of each page's layout viewport, in CSS pixels."""

    width: Px
    height: Px


class ProxySettings(_Body, frozen=True):
    """An upstream proxy for all of the browser's traffic."""

    server: ProxyServer
    """`scheme://host:port` without credentials; scheme http, https, socks4 or socks5."""
    bypass: Annotated[tuple[BypassRule, ...], Meta(max_length=limits.PROXY_BYPASS_MAX)] = ()
    """Hosts reached directly, in Chromium's `--proxy-bypass-list` syntax."""


class BrowserSettings(_Body, frozen=True):
    """How the session's browser presents itself; what is absent is Chromium's default."""

    viewport: Viewport | None = None
    user_agent: (
        Annotated[
            str,
            Meta(pattern=r"^[^\r\n\x00]+\Z", min_length=1, max_length=limits.USER_AGENT_CHARS_MAX),
        ]
        | None
    ) = None
    locale: Locale | None = None
    """A BCP 47 tag: `navigator.language`, `Accept-Language` and `Intl` follow it."""
    timezone_id: TimezoneId | None = None
    """An IANA name, such as `Europe/Berlin`."""
    extra_http_headers: dict[HeaderName, HeaderValue] = field(
        default_factory=dict, name="extraHTTPHeaders"
    )
    """Sent with every request of every page."""
    proxy: ProxySettings | None = None
    ignore_certificate_errors: bool = False


class CreateSession(_Body, frozen=True):
    """Body of `POST /sessions`; all fields are optional."""

    browser_settings: BrowserSettings = BrowserSettings()
    timeout: Annotated[
        int,
        Meta(ge=limits.SESSION_TIMEOUT_SECONDS_MIN, le=limits.SESSION_TIMEOUT_SECONDS_MAX),
    ] = limits.SESSION_TIMEOUT_SECONDS_DEFAULT
    """Seconds from creation to the hard end."""
    idle_timeout: Annotated[
        int, Meta(ge=limits.IDLE_TIMEOUT_SECONDS_MIN, le=limits.IDLE_TIMEOUT_SECONDS_MAX)
    ] = limits.IDLE_TIMEOUT_SECONDS_DEFAULT
    """Seconds without any command before the session ends."""
    keep_alive: bool = True
    """False: the session ends when its last CDP client has been gone for two seconds."""
    user_metadata: dict[str, MetadataValue] = field(default_factory=dict)


class SessionSpec(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a session is from its first moment on; never changes."""

    session_id: SessionId
    owner_id: OwnerId
    token_id: str
    created_at: float
    """Epoch seconds."""
    expires_at: float
    """The hard deadline, in epoch seconds."""
    idle_timeout_seconds: int
    keep_alive: bool
    settings: BrowserSettings
    user_metadata: dict[str, MetadataValue]


class Session(Struct, frozen=True, kw_only=True):
    """A session as Redis holds it: its spec and what has become of it."""

    spec: SessionSpec
    status: SessionStatus
    task_id: TaskId
    """Where it has its slot; empty while it waits for one."""
    started_at: float | None = None
    ended_at: float | None = None
    end_reason: EndReason | None = None
    taken_at: float | None = None
    """When its container took it from the line, if it stood there."""
    end_detail: str | None = None
    """One word of ECS on why there was no container, such as `RESOURCE:MEMORY`."""

    @property
    def live(self) -> bool:
        """Whether the session still holds a slot, or may get one."""
        return self.status in LIVE

    @property
    def waiting(self) -> bool:
        """Whether it stands in line for a slot."""
        return self.live and not self.task_id


class Task(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a container says of itself with each heartbeat."""

    task_id: TaskId
    address: str
    """`host:port` where other tasks reach it."""
    public_url: str
    """`ws://host:port` or `wss://…` that clients may use; no trailing slash."""
    max_sessions: int
    draining: bool
    browser: str
    """`headless-shell` or `chromium`."""
    started_at: float
    """Epoch seconds."""
    task_arn: str | None = None
    """ECS's name of it, where it runs on ECS."""
    availability_zone: str | None = None
    canary: str = ""
    """The version on trial (`shared.canary`); empty: the task is in service."""
    version: str = ""
    """What it is a deployment of (`shared.scripts`, superseded); empty: nobody has said."""
    extra: bool = False
    """Started for sessions in line, and not by the service."""
    healthy: bool = True
    """Whether its browsers start."""

    @property
    def serves(self) -> bool:
        """Whether it takes new sessions, as far as it has slots."""
        return self.healthy and not self.draining

    @property
    def leads(self) -> bool:
        """Whether its version is the current one, unless a newer task says otherwise."""
        return bool(self.version) and self.serves and not self.extra and not self.canary


class OpenSession(Struct, frozen=True, kw_only=True, rename="camel"):
    """Bus request `open`: give this session a browser."""

    spec: SessionSpec


class CloseSession(Struct, frozen=True, kw_only=True, rename="camel"):
    """Bus request `close`: end this session and free its slot."""

    session_id: SessionId


class ControlWish(_Body, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/control`."""

    holder: Literal["human", "agent"]
    ttl_seconds: Annotated[
        int, Meta(ge=limits.CONTROL_TTL_SECONDS_MIN, le=limits.CONTROL_TTL_SECONDS_MAX)
    ] = limits.CONTROL_TTL_SECONDS_DEFAULT
    """How long a human holds it who does not hand it back."""


class ControlSession(Struct, frozen=True, kw_only=True, rename="camel"):
    """Bus request `control`: have a human take the session, or the agent get it back."""

    session_id: SessionId
    wish: ControlWish


class ErrorBody(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """`error` of the REST envelope, and of a bus reply."""

    code: str
    message: str
    request_id: str | UnsetType = UNSET
    details: dict[str, object] | UnsetType = UNSET
