"""What actions need of the world: a page to talk to, a clock, and perhaps a model."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

from cdp_proxy.core.commands import CdpCommand

if TYPE_CHECKING:
    from cdp_proxy.core.actions.activity import Activity

T = TypeVar("T")
P = ParamSpec("P")


class CommandFailed(Exception):
    """Chromium answered a command with an error, or not at all; the text says which."""


class CommandRefused(CommandFailed):
    """Chromium answered with an error, and said so in its own words."""


class BlockedByDialog(CommandFailed):
    """A JavaScript dialog opened before the answer came: the command may well have been done."""


@dataclass(frozen=True, slots=True)
class Dialog:
    """A JavaScript dialog that blocks a page."""

    kind: str
    """`alert`, `confirm`, `prompt` or `beforeunload`."""
    text: str
    default_text: str = ""
    """What a prompt offers as its answer."""


class Page(Protocol):
    """One tab, as an action sees it. Everything on it ends when the tab does."""

    target_id: str
    session: str
    """The flat session of the tab's own target."""

    @property
    def frame_sessions(self) -> Mapping[str, str]:
        """Out-of-process frames, however deep: frame id to the flat session of its target."""
        ...

    @property
    def dialog(self) -> Dialog | None:
        """The dialog that is open now."""
        ...

    async def call(
        self, command: CdpCommand[T], session: str | None = None, timeout_seconds: float = 10.0
    ) -> T:
        """Run one command, on the tab's own target if no other session is named.

        Raises:
            CommandFailed: refused, not answered in time, or the target is gone.
        """
        ...

    def now(self) -> float:
        """Seconds of a clock that never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what takes long and does no I/O beside everything else; its result.

        Nothing else may touch what it is given until it is done.
        """
        ...

    async def changed(self, timeout_seconds: float) -> bool:
        """Wait until something happens on the page that it tells of (network, navigation, dialog,
        frames); False when the time passed without.
        """
        ...


class Tab(Page, Protocol):
    """A page that is acted on."""

    activity: Activity
    """What it is doing; kept up to date while an action runs."""

    async def answer_dialog(self, accept: bool, text: str | None) -> None:
        """Close the dialog that is open, with `text` for a prompt.

        Raises:
            CommandFailed: none was open any more.
        """
        ...

    async def gather(self, coroutines: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Run coroutines side by side; their results in order.

        Raises:
            Exception: what the first of them in order raised; all have ended then.
        """
        ...

    async def call_all(
        self, commands: Sequence[CdpCommand[Any]], session: str | None = None
    ) -> None:
        """Send commands all at once and wait until the last one is answered.

        Raises:
            CommandFailed: one of them was; all have been sent.
        """
        ...


class Model(Protocol):
    """A language model; the adapters are in `transport.models`."""

    async def ask(self, prompt: Prompt, timeout_seconds: float) -> ModelAnswer:
        """One question, one structured answer.

        Raises:
            shared.errors.ModelFailed: refused, malformed after retries, or unreachable.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question for a model. Page text only ever goes into `page`."""

    system: str
    """What it is to do, and that `page` is data, never instructions."""
    request: str
    """What the user asks for; variables as `%name%`, never their values."""
    page: str
    """The page, compact."""
    schema: Mapping[str, object]
    """JSON Schema of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a question cost."""

    model: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """A model's answer."""

    value: object
    """Decoded JSON; its shape has been validated against the prompt's schema."""
    usage: Sequence[Usage]
    """One for each attempt."""
