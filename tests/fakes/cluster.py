"""An ECS that does as it is told, in memory: one task for a token, however often it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chalice_app.aws.capacity import StartRefused, StartUnknown, Stopped
from shared.ids import StartToken
from shared.session_state import EndReason


@dataclass
class FakeCluster:
    """`fail` is what the next starts end with; `fates` who has stopped."""

    started: dict[StartToken, str] = field(default_factory=dict)
    asked: list[StartToken] = field(default_factory=list)
    fail: list[Exception] = field(default_factory=list)
    fates: dict[str, Stopped] = field(default_factory=dict)
    silent: bool = False

    def run(self, token: StartToken) -> str:
        self.asked.append(token)
        if self.fail:
            raise self.fail.pop(0)
        return self.started.setdefault(token, f"arn:task/{token}")

    def stopped(self, task_arns: Sequence[str]) -> dict[str, Stopped]:
        if self.silent:
            raise StartUnknown("no answer")
        return {arn: fate for arn, fate in self.fates.items() if arn in task_arns}


def refused(
    reason: EndReason = EndReason.CAPACITY_UNAVAILABLE, detail: str = "RESOURCE:MEMORY"
) -> StartRefused:
    return StartRefused(reason, detail, "as scripted")
