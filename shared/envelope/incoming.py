"""What clients say on a channel: one record for each `type`.

Names are camelCase on the wire and unknown fields are refused, as in `shared.records`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Raw, Struct

from shared import limits
from shared.actions import TargetId, Text

MessageId = (
    Annotated[str, Meta(max_length=limits.MESSAGE_ID_CHARS_MAX)]
    | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    | None
)
"""What the client calls its message; answers carry it back."""

Coordinate = Annotated[float, Meta(ge=-limits.COORDINATE_MAX, le=limits.COORDINATE_MAX)]
Modifier = Literal["Alt", "Control", "Meta", "Shift"]
KeyName = Annotated[str, Meta(min_length=1, max_length=64)]
EventName = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z]{1,63}(\.[A-Za-z]{1,63})?\Z")]
"""A CDP event (`Runtime.consoleAPICalled`) or a whole domain (`Network`)."""
MethodName = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z]{1,63}\.[A-Za-z]{1,63}\Z")]


class Incoming(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="type"
):
    """What every message of a client has."""

    id: MessageId = None

    def __repr__(self) -> str:
        """Name the kind alone: messages hold what people type."""
        return f"{type(self).__name__}({self.id!r})"


class CdpCommand(Incoming, frozen=True, kw_only=True, tag="CDP_COMMAND"):
    """One CDP command; answered by `CdpResponse`."""

    method: MethodName
    params: Raw = Raw()
    """An object; empty when absent."""
    target_id: TargetId | Literal["browser"] | None = None
    """Which tab; None: the active one, or the browser for methods of the browser's domains."""
    cdp_session_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """A flat session that this client has attached, instead of a tab."""


class AiAction(Incoming, frozen=True, kw_only=True, tag="AI_ACTION"):
    """What REST's `/act` and its like do; answered by `ActionResult`."""

    action: Literal["act", "extract", "observe", "navigate", "screenshot"]
    params: Raw = Raw(b"{}")
    """The REST body of that action."""
    model_api_key: Annotated[str, Meta(min_length=1, max_length=limits.MODEL_API_KEY_CHARS_MAX)] | (
        None
    ) = None


class FrameSize(Struct, frozen=True, forbid_unknown_fields=True):
    """Pixels of the picture that an event's coordinates refer to."""

    width: Annotated[int, Meta(ge=1, le=limits.FRAME_PX_MAX)]
    height: Annotated[int, Meta(ge=1, le=limits.FRAME_PX_MAX)]


class _Input(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="kind"
):
    """What every kind of input has."""

    modifiers: tuple[Modifier, ...] = ()


class MouseInput(_Input, frozen=True, kw_only=True, tag="mouse"):
    """The pointer; x and y are pixels of `frame`, or CSS pixels of the page without one."""

    action: Literal["move", "down", "up", "wheel"]
    x: Coordinate
    y: Coordinate
    frame: FrameSize | None = None
    button: Literal["none", "left", "middle", "right", "back", "forward"] = "none"
    buttons: Annotated[int, Meta(ge=0, le=31)] = 0
    """Those held, as in `MouseEvent.buttons`."""
    click_count: Annotated[int, Meta(ge=0, le=10)] = 0
    delta_x: Coordinate = 0
    delta_y: Coordinate = 0
    """Of the wheel, in CSS pixels; positive scrolls down."""


class KeyInput(_Input, frozen=True, kw_only=True, tag="key"):
    """A key as `KeyboardEvent` describes it; `press` is down and up."""

    action: Literal["down", "up", "press"]
    key: KeyName
    code: Annotated[str, Meta(max_length=64)] = ""
    repeat: bool = False


class TextInput(_Input, frozen=True, kw_only=True, tag="text"):
    """Text as an input method commits it."""

    text: Text


class PasteInput(_Input, frozen=True, kw_only=True, tag="paste"):
    """Text as from a clipboard."""

    text: Text


class TouchPoint(Struct, frozen=True, forbid_unknown_fields=True):
    """One finger."""

    x: Coordinate
    y: Coordinate
    id: Annotated[int, Meta(ge=0, le=99)] = 0


class TouchInput(_Input, frozen=True, kw_only=True, tag="touch"):
    """Fingers; `end` and `cancel` name those that stay."""

    action: Literal["start", "move", "end", "cancel"]
    points: Annotated[tuple[TouchPoint, ...], Meta(max_length=10)] = ()
    frame: FrameSize | None = None


class ChooseInput(_Input, frozen=True, kw_only=True, tag="choose"):
    """Close the list or picker that is open (`PickerState`): with a choice, or without."""

    index: Annotated[int, Meta(ge=0)] | None = None
    """Of an option of a list."""
    value: Annotated[str, Meta(max_length=limits.PICKED_CHARS_MAX)] | None = None
    """Of a date, a time or a colour, as `HTMLInputElement.value` has it."""
    files: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=limits.FILE_NAME_CHARS_MAX)], ...],
        Meta(max_length=limits.UPLOADS_FILES_MAX),
    ] = ()
    """Names of uploaded files, as the answer to the upload has them."""


class CopyInput(_Input, frozen=True, kw_only=True, tag="copy"):
    """Ask for the text that is selected; it comes in `InputResult`."""


PageInput = MouseInput | KeyInput | TextInput | PasteInput | TouchInput
"""What the page itself gets."""
InputDescription = PageInput | ChooseInput | CopyInput


class InputEvent(Incoming, frozen=True, kw_only=True, tag="INPUT_EVENT"):
    """Something a person did; answered by `InputResult` if it has an id."""

    event: InputDescription
    target_id: TargetId | None = None
    """Which tab; None: the one that the screencast shows, else the active one."""


class ScreencastOptions(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """What a viewer wishes; the capture is made for the largest wish of all viewers."""

    format: Literal["jpeg", "png"] = "jpeg"
    quality: Annotated[int, Meta(ge=1, le=100)] = 80
    """Of JPEG."""
    max_width: Annotated[int, Meta(ge=1, le=limits.FRAME_PX_MAX)] | None = None
    max_height: Annotated[int, Meta(ge=1, le=limits.FRAME_PX_MAX)] | None = None
    """Bounds of the picture in pixels; it keeps its shape. None: as large as the page."""
    every_nth_frame: Annotated[int, Meta(ge=1, le=600)] = 1
    detect_idle: bool = True
    """Leave out pictures that are the same as the last, but for one every few seconds."""
    idle_threshold: Annotated[int, Meta(ge=100, le=600_000)] = 5_000
    """Milliseconds without a change after which the screencast counts as idle."""
    target_id: TargetId | None = None
    """Pin the screencast to a tab; None: it follows the active one."""


class StartScreencast(Incoming, frozen=True, kw_only=True, tag="START_SCREENCAST"):
    """Become a viewer, or wish otherwise; answered by `ScreencastStarted`."""

    options: ScreencastOptions = ScreencastOptions()


class StopScreencast(Incoming, frozen=True, kw_only=True, tag="STOP_SCREENCAST"):
    """Stop being a viewer; answered by `ScreencastStopped`."""


class Subscribe(Incoming, frozen=True, kw_only=True, tag="SUBSCRIBE"):
    """Ask for CDP events; answered by `Subscribed` once they are being reported."""

    events: Annotated[tuple[EventName, ...], Meta(min_length=1, max_length=100)]
    target_id: TargetId | None = None
    """Of one tab alone; None: of all, those that open later too."""


class Unsubscribe(Incoming, frozen=True, kw_only=True, tag="UNSUBSCRIBE"):
    """Ask for them no more; answered by `Unsubscribed`."""

    events: Annotated[tuple[EventName, ...], Meta(min_length=1, max_length=100)]
    target_id: TargetId | None = None


class TabCommand(Incoming, frozen=True, kw_only=True, tag="TAB_COMMAND"):
    """What a browser's own buttons do; answered by `TabResult`."""

    action: Literal[
        "activate",
        "open",
        "close",
        "navigate",
        "back",
        "forward",
        "reload",
        "acceptDialog",
        "dismissDialog",
    ]
    target_id: TargetId | None = None
    url: Annotated[str, Meta(min_length=1, max_length=limits.URL_CHARS_MAX)] | None = None
    """Of `navigate`, and of `open`."""
    text: Text | None = None
    """What is answered to a prompt with `acceptDialog`."""


class Control(Incoming, frozen=True, kw_only=True, tag="CONTROL"):
    """Take control of the session, or hand it back; answered by `ControlState`."""

    holder: Literal["human", "agent"]
    ttl_seconds: (
        Annotated[int, Meta(ge=limits.CONTROL_TTL_SECONDS_MIN, le=limits.CONTROL_TTL_SECONDS_MAX)]
        | None
    ) = None


class Ping(Incoming, frozen=True, kw_only=True, tag="PING"):
    """Answered by `Pong`."""


class ChunkMessage(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    tag_field="type",
    tag="CHUNK",
):
    """One piece of a message that is too long for one frame; either side sends them."""

    id: Annotated[str, Meta(min_length=1, max_length=limits.CHUNK_ID_CHARS_MAX)]
    """Of the set of chunks, not of the message within."""
    seq: Annotated[int, Meta(ge=0)]
    total: Annotated[int, Meta(ge=1, le=limits.CHUNKS_MAX)]
    data: str
    """A part of the message's text; all of them in order are the text."""


ClientMessage = (
    CdpCommand
    | AiAction
    | InputEvent
    | StartScreencast
    | StopScreencast
    | Subscribe
    | Unsubscribe
    | TabCommand
    | Control
    | Ping
    | ChunkMessage
)
TYPES: Final = (
    *("CDP_COMMAND", "AI_ACTION", "INPUT_EVENT", "START_SCREENCAST", "STOP_SCREENCAST"),
    *("SUBSCRIBE", "UNSUBSCRIBE", "TAB_COMMAND", "CONTROL", "PING", "CHUNK"),
)
"""What `type` may be in a client's message."""
