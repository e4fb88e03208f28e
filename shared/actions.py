"""What a caller asks to be done to a page: bodies of act, observe, extract, navigate, screenshot.

As in `shared.records` names are camelCase on the wire and unknown fields are refused. What a field
alone cannot say (*exactly one of …*) is checked where bodies are parsed (`chalice_app.rest`).
Results have no records here: the container makes them as JSON, and the API passes them on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, field

from shared import limits
from shared.ids import SessionId
from shared.request_kind import RequestKind

TargetId = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}\Z")]
"""CDP's `targetId` of a tab; Chromium's have 32 hex digits."""
TimeoutMs = Annotated[int, Meta(ge=limits.ACTION_TIMEOUT_MS_MIN, le=limits.ACTION_TIMEOUT_MS_MAX)]
VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}\Z")]
Text = Annotated[str, Meta(max_length=limits.ACTION_TEXT_CHARS_MAX)]
Instruction = Annotated[str, Meta(min_length=1, max_length=limits.INSTRUCTION_CHARS_MAX)]
Selector = Annotated[str, Meta(min_length=1, max_length=limits.SELECTOR_CHARS_MAX)]


class StepScreenshots(StrEnum):
    """Which screenshots come with what an `act` has performed."""

    NONE = "none"
    FINAL = "final"
    EACH = "each"


class ExtractFormat(StrEnum):
    """What `extract` answers without a schema."""

    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    LINKS = "links"
    TABLES = "tables"


class WaitUntil(StrEnum):
    """When a navigation counts as done."""

    COMMIT = "commit"
    """The response has begun and the document is the new one."""
    DOM_CONTENT_LOADED = "domcontentloaded"
    LOAD = "load"
    NETWORK_IDLE = "networkidle"


class ImageFormat(StrEnum):
    """What a screenshot is encoded as."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"


class ModelProvider(StrEnum):
    """Whose wire format a model speaks."""

    BEDROCK = "bedrock"
    OPENAI = "openai"
    """Any service with OpenAI's HTTP interface."""
    ANTHROPIC = "anthropic"


class ModelUse(StrEnum):
    """When a model is asked."""

    AUTO = "auto"
    """Only when the resolver is not sure."""
    ALWAYS = "always"
    NEVER = "never"


class _Body(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request body, or a part of one: camelCase, nothing unknown."""

    def __repr__(self) -> str:
        """Name the fields, never their values: passwords are typed with these."""
        return f"{type(self).__name__}({', '.join(self.__struct_fields__)})"


class ModelOptions(_Body, frozen=True, kw_only=True):
    """Which model is asked, and when; what is absent is as the container is configured."""

    provider: ModelProvider | None = None
    name: Annotated[str, Meta(min_length=1, max_length=limits.MODEL_NAME_CHARS_MAX)] | None = None
    """The provider's own name of it, such as a Bedrock model id."""
    base_url: (
        Annotated[str, Meta(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?\Z", max_length=2_048)] | None
    ) = None
    """Where the provider's interface is served; without credentials in it."""
    use: ModelUse = ModelUse.AUTO
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    max_output_tokens: Annotated[int, Meta(ge=1, le=limits.MODEL_OUTPUT_TOKENS_MAX)] | None = None


class PageAction(_Body, frozen=True, kw_only=True):
    """One step spelled out, as `observe` answers it; `act` takes it back as it is."""

    method: Annotated[str, Meta(pattern=r"^[A-Za-z]{1,32}\Z")]
    """A value of `cdp_proxy.core.actions.steps.Method`; the container refuses others."""
    selector: Selector | None = None
    backend_node_id: Annotated[int, Meta(ge=1, le=limits.CDP_ID_MAX)] | None = None
    arguments: Annotated[tuple[Text, ...], Meta(max_length=limits.ACTION_ARGUMENTS_MAX)] = ()
    description: Annotated[str, Meta(max_length=limits.INSTRUCTION_CHARS_MAX)] | None = None
    """The target in words: what it is found by when selector and node have gone stale."""


class ActionBody(_Body, frozen=True, kw_only=True):
    """What all five have in common."""

    timeout_ms: TimeoutMs = limits.ACTION_TIMEOUT_MS_DEFAULT
    """For the whole of it; what has been performed by then stays performed."""
    target_id: TargetId | None = None
    """Which tab; the active one when absent."""


class ActBody(ActionBody, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/act`; has exactly one of `instruction` and `action`."""

    instruction: Instruction | None = None
    action: PageAction | None = None
    variables: dict[VariableName, Text] = field(default_factory=dict)
    """What `%name%` stands for; the values are for the page alone, never for logs or models."""
    model: ModelOptions = ModelOptions()
    screenshot: StepScreenshots = StepScreenshots.NONE


class ObserveBody(ActionBody, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/observe`."""

    instruction: Instruction | None = None
    """Which actions are wanted; all when absent."""
    model: ModelOptions = ModelOptions()


class ExtractBody(ActionBody, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/extract`."""

    instruction: Instruction | None = None
    schema: dict[str, object] | None = None
    """A JSON Schema of the wanted result."""
    selector: Selector | None = None
    """Only what is within the first element that matches."""
    format: ExtractFormat | None = None
    model: ModelOptions = ModelOptions()


class NavigateBody(ActionBody, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/navigate`."""

    url: Annotated[str, Meta(min_length=1, max_length=limits.URL_CHARS_MAX)]
    wait_until: WaitUntil = WaitUntil.LOAD


class ScreenshotBody(ActionBody, frozen=True, kw_only=True):
    """Body of `POST /sessions/{id}/screenshot`."""

    format: ImageFormat = ImageFormat.PNG
    quality: Annotated[int, Meta(ge=0, le=100)] | None = None
    """Of `jpeg` and `webp` only."""
    full_page: bool = False
    selector: Selector | None = None
    """Only the first element that matches."""


BodyT_co = TypeVar("BodyT_co", bound=ActionBody, covariant=True)


class ActionRequest(Struct, Generic[BodyT_co], frozen=True, kw_only=True, rename="camel"):
    """The payload of an action's bus request."""

    session_id: SessionId
    body: BodyT_co
    model_api_key: str | None = None
    """The caller's own key for the model's provider; never stored or logged."""

    def __repr__(self) -> str:
        """Without the key."""
        return f"ActionRequest({self.session_id}, {self.body!r})"


BODY_OF_KIND: Mapping[RequestKind, type[ActionBody]] = {
    RequestKind.ACT: ActBody,
    RequestKind.OBSERVE: ObserveBody,
    RequestKind.EXTRACT: ExtractBody,
    RequestKind.NAVIGATE: NavigateBody,
    RequestKind.SCREENSHOT: ScreenshotBody,
}
"""The actions, each with its body."""

_REQUEST_OF_KIND: Mapping[RequestKind, type[ActionRequest[ActionBody]]] = {
    RequestKind.ACT: ActionRequest[ActBody],
    RequestKind.OBSERVE: ActionRequest[ObserveBody],
    RequestKind.EXTRACT: ActionRequest[ExtractBody],
    RequestKind.NAVIGATE: ActionRequest[NavigateBody],
    RequestKind.SCREENSHOT: ActionRequest[ScreenshotBody],
}


def parse_action_request(kind: RequestKind, payload: Raw) -> ActionRequest[ActionBody]:
    """Decode the payload of a request of one of the kinds in `BODY_OF_KIND`.

    Raises:
        msgspec.DecodeError: it is none; the two programs are of different versions.
    """
    return msgspec.json.decode(payload, type=_REQUEST_OF_KIND[kind])
