"""What goes back and forth between a question and a provider, whatever its wire format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

TOOL_NAME = "answer"
"""Of the one tool that providers with tools are made to call: its input is the answer."""
TOOL_DESCRIPTION = "Give your answer. Call it exactly once."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a provider, undecoded."""

    text: str
    """What it wrote; `""` when it called the tool."""
    value: object | None
    """The tool's input; None when it did not call it."""
    message: Mapping[str, Any] = field(repr=False)
    """The assistant's message as the provider sent it, to be shown to it again."""
    refused: bool = False
    truncated: bool = False
    """It stopped because no more tokens were allowed."""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A question, and perhaps a first answer with what was wrong with it."""

    system: str
    user: str
    schema: Mapping[str, object]
    failed: Reply | None = None
    complaint: str = ""

    @property
    def repair(self) -> str:
        """The user's second turn."""
        return f"{self.complaint} Answer again, with JSON that fits the schema and nothing else."


class Busy(Exception):
    """Not now: overloaded, failing, unreachable. Worth another try."""

    def __init__(self, status: int | None, retry_after_seconds: float | None = None) -> None:
        """`status` is HTTP's; None when there was no answer at all."""
        super().__init__(status)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class Rejected(Exception):
    """Not like this: the provider understood and will not."""

    def __init__(self, status: int, code: str, text: str) -> None:
        """`text` is the provider's; it may quote key, host and page, so nobody is shown it."""
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.text = text


class Call(Protocol):
    """One request to a provider."""

    def run(self, timeout_seconds: float) -> Reply:
        """Send it and wait; blocks, so in a thread.

        Raises:
            Busy: may be tried again.
            Rejected: not in this form.
            shared.errors.ModelFailed: it may not be sent.
        """
        ...

    def abort(self) -> None:
        """Let `run` end soon, from another thread; nobody waits for it any more."""
        ...


class Provider(Protocol):
    """A model behind a wire format."""

    def call(self, conversation: Conversation) -> Call:
        """Make the request."""
        ...

    def adapted(self, rejection: Rejected) -> Provider | None:
        """The same model, asked without what it refused; None when nothing can be left out."""
        ...
