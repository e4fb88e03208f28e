"""When this task is to be protected from scale-in (ECS `UpdateTaskProtection`): no I/O, no clock.

1. OFF: nobody uses the task, ECS may stop it. Whoever wants in waits.
2. TURNING_ON: ECS has been asked; who wants in still waits. ECS stops no protected task, and does
   not protect one that it has begun to stop: once it has said yes, there is no gap.
3. ON: whoever wants in comes in at once. Well before it runs out it is asked for again (RENEWING).
4. TURNING_OFF: nobody has used the task for a while. Who wants in now waits for the answer, and
   then for protection again: until ECS has answered it may be either.
5. DOUBTFUL: ECS has not answered, or has refused. It counts as not protected, and is asked again.
6. EXEMPT: no service started this task, so no service stops it, and ECS protects none such
   (`TASK_NOT_VALID`). Or there is no ECS.

So a task is protected before it gets its first session, not from its start on: idle tasks must stay
free to be stopped, or nothing ever scales in. The price is one local call before a first session.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class ProtectionState(Enum):
    """Where the story above stands."""

    OFF = auto()
    TURNING_ON = auto()
    ON = auto()
    RENEWING = auto()
    TURNING_OFF = auto()
    DOUBTFUL = auto()
    EXEMPT = auto()


class ProtectionInput(Enum):
    """What happens to it."""

    ASK_ON = auto()
    ASK_OFF = auto()
    DONE = auto()
    FAILED = auto()
    NOT_OURS = auto()
    """ECS protects no such task, now or ever."""
    LAPSED = auto()


_S, _I = ProtectionState, ProtectionInput

TRANSITIONS: Mapping[tuple[ProtectionState, ProtectionInput], ProtectionState] = {
    (_S.OFF, _I.ASK_ON): _S.TURNING_ON,
    (_S.DOUBTFUL, _I.ASK_ON): _S.TURNING_ON,
    (_S.DOUBTFUL, _I.ASK_OFF): _S.TURNING_OFF,
    (_S.TURNING_ON, _I.DONE): _S.ON,
    (_S.TURNING_ON, _I.FAILED): _S.DOUBTFUL,
    (_S.TURNING_ON, _I.NOT_OURS): _S.EXEMPT,
    (_S.ON, _I.ASK_ON): _S.RENEWING,
    (_S.ON, _I.ASK_OFF): _S.TURNING_OFF,
    (_S.ON, _I.LAPSED): _S.DOUBTFUL,
    (_S.RENEWING, _I.DONE): _S.ON,
    (_S.RENEWING, _I.FAILED): _S.ON,
    (_S.RENEWING, _I.NOT_OURS): _S.EXEMPT,
    (_S.TURNING_OFF, _I.DONE): _S.OFF,
    (_S.TURNING_OFF, _I.FAILED): _S.DOUBTFUL,
    (_S.TURNING_OFF, _I.NOT_OURS): _S.EXEMPT,
}

IN_FLIGHT = frozenset({_S.TURNING_ON, _S.RENEWING, _S.TURNING_OFF})
"""ECS has been asked and has not answered."""

EXPIRES_MINUTES = 60
"""ECS ends a protection by itself after this; longer than any outage of ours that heals."""
_RENEW_SECONDS = EXPIRES_MINUTES * 60 / 2
_MARGIN_SECONDS = 60.0
"""So long before ECS's end ours has come: clocks differ, answers take their time."""
LINGER_SECONDS = 20.0
"""Without anybody for so long, a task may be stopped again; fewer calls when sessions alternate."""
_RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Protection:
    """One task's protection. `next_call` says what to ask ECS; the caller tells what came of it."""

    def __init__(self, *, exempt: bool = False) -> None:
        """`exempt`: there is no ECS that could stop the task."""
        self.state = _S.EXEMPT if exempt else _S.OFF
        self._in_use = False
        self._idle_since = float("-inf")
        self._asked_at = 0.0
        self._renew_at = 0.0
        self._ends_at = 0.0
        self._ours = False
        self._failures = 0
        self._retry_at = float("-inf")

    def use(self, in_use: bool, now: float) -> None:
        """Whether somebody uses the task, or wants to."""
        if self._in_use and not in_use:
            self._idle_since = now
        self._in_use = in_use

    def secure(self, now: float) -> bool:
        """Whether a session may begin now: ECS will not stop this task under it."""
        self._notice_end(now)
        return self.state is _S.EXEMPT or self.state in {_S.ON, _S.RENEWING}

    def next_call(self, now: float) -> bool | None:
        """What ECS is to be asked now, if anything; it counts as asked with this.

        Returns:
            True for protection (of `EXPIRES_MINUTES`), False for none; None: nothing to ask.
        """
        self._notice_end(now)
        if self.state in IN_FLIGHT or self.state is _S.EXEMPT or now < self._due():
            return None
        self._asked_at = now
        self._apply(_I.ASK_ON if self._in_use else _I.ASK_OFF)
        return self._in_use

    def answered(self, outcome: ProtectionInput, now: float) -> None:
        """What came of the call: DONE, FAILED (or no answer) or NOT_OURS.

        A task that ECS has protected before is a service's: NOT_OURS is no more than FAILED then.
        """
        if outcome is _I.NOT_OURS and self._ours:
            outcome = _I.FAILED
        self._ours = self._ours or outcome is _I.DONE
        if outcome is _I.FAILED:
            self._retry_at = now + _RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS) - 1)]
            self._failures += 1
        else:
            self._failures, self._retry_at = 0, float("-inf")
        if outcome is _I.DONE and self.state in {_S.TURNING_ON, _S.RENEWING}:
            # From when it was asked: ECS began to count some time after that.
            self._renew_at = self._asked_at + _RENEW_SECONDS
            self._ends_at = self._asked_at + EXPIRES_MINUTES * 60 - _MARGIN_SECONDS
        self._apply(outcome)

    def due(self, now: float) -> float | None:
        """When `next_call` will have something to ask, as things are; None: not by itself."""
        if self.state in IN_FLIGHT or self.state is _S.EXEMPT:
            return None
        due = self._due()
        return None if due == float("inf") else max(now, due)

    def _due(self) -> float:
        match self.state, self._in_use:
            case (_S.ON, True):
                wanted = self._renew_at
            case (_S.ON, False):
                wanted = self._idle_since + LINGER_SECONDS
            case (_S.OFF, False):
                return float("inf")
            case _:
                wanted = float("-inf")
        return max(wanted, self._retry_at)

    def _notice_end(self, now: float) -> None:
        if self.state is _S.ON and now >= self._ends_at:
            self._apply(_I.LAPSED)

    def _apply(self, happened: ProtectionInput) -> None:
        try:
            self.state = TRANSITIONS[self.state, happened]
        except KeyError:
            raise RuntimeError(f"{happened.name} in {self.state.name}") from None
