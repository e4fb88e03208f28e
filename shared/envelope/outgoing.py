"""What is said to clients on a channel: answers, which carry the client's `id`, and events."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Raw, Struct, UnsetType

from shared.envelope.incoming import MessageId, ScreencastOptions
from shared.records import ErrorBody


class Outgoing(
    Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, tag_field="type"
):
    """A message to a client."""


class TabView(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A tab in a strip of tabs."""

    target_id: str
    title: str
    url: str
    crashed: bool = False
    """Whether there is nothing left of its page; a reload brings it back."""


class ControlInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who holds a session."""

    holder: Literal["human", "agent"]
    expires_at: float | None = None
    """Epoch seconds; None for the agent."""
    waiting: int = 0
    """Commands that wait until the human hands it back."""


class ScreencastStats(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one viewer, or all of a session's, got since they began."""

    frames_sent: int
    frames_skipped: int
    """Captured for it and not sent: unchanged, replaced by a newer one, or not its n-th."""
    bytes_transmitted: int
    average_frame_size: float
    """Bytes."""
    actual_fps: float
    skip_percentage: float
    frame_age_p50_ms: float | None
    frame_age_p95_ms: float | None
    """From the picture's capture in Chromium until it was handed to the viewer's connection."""


class Hello(Outgoing, frozen=True, kw_only=True, tag="HELLO"):
    """The first message on a channel connection."""

    session_id: str
    scopes: tuple[str, ...]
    control: ControlInfo
    tabs: tuple[TabView, ...]
    active_target_id: str | None
    connection_id: str | None = None
    """Over the WebSocket API: API Gateway's name for this connection."""


class CdpResponse(Outgoing, frozen=True, kw_only=True, tag="CDP_RESPONSE"):
    """Chromium's own answer to a `CDP_COMMAND`: a result or an error, never both."""

    id: MessageId
    result: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    """`{"code", "message"}` as Chromium's, JSON-RPC's codes."""


class CdpEvent(Outgoing, frozen=True, kw_only=True, tag="CDP_EVENT"):
    """An event that was subscribed to."""

    method: str
    params: Raw
    target_id: str | None = None
    cdp_session_id: str | None = None
    """Instead of `target_id`, when it is of a flat session that the client has attached."""


class ActionResult(Outgoing, frozen=True, kw_only=True, tag="ACTION_RESULT"):
    """An `AI_ACTION` was done; `result` is REST's `data`."""

    id: MessageId
    action: str
    result: Raw


class InputResult(Outgoing, frozen=True, kw_only=True, tag="INPUT_RESULT"):
    """The page has taken an `INPUT_EVENT`."""

    id: MessageId
    text: str | UnsetType = UNSET
    """Of `copy`: what is selected."""


class ScreencastStarted(Outgoing, frozen=True, kw_only=True, tag="SCREENCAST_STARTED"):
    """The client is a viewer; `options` are those of the capture."""

    id: MessageId
    target_id: str | None
    options: ScreencastOptions


class ScreencastStopped(Outgoing, frozen=True, kw_only=True, tag="SCREENCAST_STOPPED"):
    """The client is no viewer any more; what it got."""

    id: MessageId
    stats: ScreencastStats | None


class ScreencastFrame(Outgoing, frozen=True, kw_only=True, tag="SCREENCAST_FRAME"):
    """A picture, where binary messages cannot be sent."""

    number: int
    captured_at: float
    width: int
    height: int
    format: str
    keep_alive: bool = False
    data: bytes
    """Base64 on the wire."""


class ScreencastIdle(Outgoing, frozen=True, kw_only=True, tag="SCREENCAST_IDLE"):
    """The page has not changed for `idleThreshold`, or does again."""

    idle: bool


class ScreencastFailed(Outgoing, frozen=True, kw_only=True, tag="SCREENCAST_FAILED"):
    """There is nothing to show for now; it goes on by itself when a tab is there again."""

    message: str


class Subscribed(Outgoing, frozen=True, kw_only=True, tag="SUBSCRIBED"):
    """These events are being reported."""

    id: MessageId
    events: tuple[str, ...]


class Unsubscribed(Outgoing, frozen=True, kw_only=True, tag="UNSUBSCRIBED"):
    """These are not any more."""

    id: MessageId
    events: tuple[str, ...]


class Tabs(Outgoing, frozen=True, kw_only=True, tag="TABS"):
    """The open tabs have changed; all of them, in the order they were opened."""

    tabs: tuple[TabView, ...]
    active_target_id: str | None


class TabResult(Outgoing, frozen=True, kw_only=True, tag="TAB_RESULT"):
    """A `TAB_COMMAND` was done; to the tab named."""

    id: MessageId
    target_id: str | None


class DialogState(Outgoing, frozen=True, kw_only=True, tag="DIALOG"):
    """A JavaScript dialog blocks a tab; without `kind` it has been closed."""

    target_id: str
    kind: str | None = None
    text: str = ""
    default_text: str = ""
    """What a prompt offers as its answer."""


class PickerOption(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line of a list that is open."""

    index: int
    """Among all of the list's options, those too that it does not show."""
    label: str
    group: str = ""
    selected: bool = False
    disabled: bool = False


class PickerState(Outgoing, frozen=True, kw_only=True, tag="PICKER"):
    """A list or picker is open in a tab, and in no picture; without `kind` none is any more."""

    target_id: str = ""
    kind: str | None = None
    """`select`, or the input's type: `date`, `time`, `datetime-local`, `month`, `week`, `color`,
    `file`.
    """
    label: str = ""
    options: tuple[PickerOption, ...] = ()
    """Of a `select`."""
    value: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    """Of an input."""
    accept: str = ""
    multiple: bool = False
    """Of a `file`, as `HTMLInputElement` has them."""


class ControlState(Outgoing, frozen=True, kw_only=True, tag="CONTROL_STATE"):
    """Who holds the session now; `id` in the answer to a `CONTROL`."""

    id: MessageId | UnsetType = UNSET
    control: ControlInfo


class Pong(Outgoing, frozen=True, kw_only=True, tag="PONG"):
    """The answer to `PING`."""

    id: MessageId


class Accepted(Outgoing, frozen=True, kw_only=True, tag="ACCEPTED"):
    """The message is on its way to the browser; nothing has happened yet."""

    id: MessageId


class ErrorMessage(Outgoing, frozen=True, kw_only=True, tag="ERROR"):
    """The message with this id was not done; `error` is REST's."""

    id: MessageId
    error: ErrorBody


class SessionEnded(Outgoing, frozen=True, kw_only=True, tag="SESSION_ENDED"):
    """The session is over; the connection is closed next."""

    reason: str
    message: str
