"""What an act has understood, found and done, for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """One thing that was done, in the shape of an action of `observe`."""

    method: str
    selector: str | None = None
    backend_node_id: int | None = None
    description: str | None = None
    arguments: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "method": self.method,
            "selector": self.selector,
            "backendNodeId": self.backend_node_id,
            "description": self.description,
            "arguments": list(self.arguments),
        }


@dataclass(slots=True)
class StepLog:
    """Lines of what happened, in order."""

    entries: list[dict[str, object]] = field(default_factory=list)
    performed: list[Performed] = field(default_factory=list)

    def note(self, what: str, **details: object) -> None:
        """Add a line; `details` are JSON values, without the values of variables."""
        self.entries.append({"what": what, **details})
