"""Take-over of one session: holds the clients' mutating commands, and lets them go.

The decisions are `core.control`'s; here they get their clock, and those who watch are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from cdp_proxy.core import messages
from cdp_proxy.core.control import HELD_TEXT, Control, is_mutating
from cdp_proxy.core.messages import Command
from cdp_proxy.core.multiplexer import Member
from shared.envelope.outgoing import ControlInfo
from shared.errors import ControlHeld
from shared.limits import CONTROL_TTL_SECONDS_DEFAULT


@dataclass(frozen=True, slots=True, eq=False)
class HeldCommand:
    """A client's message, to be sent as if it came later."""

    member: Member
    message: bytes
    command: Command


@dataclass(frozen=True, slots=True, eq=False)
class HeldStep:
    """A step of an action that waits."""

    passage: Deferred[None]


Held = HeldCommand | HeldStep


class Takeover:
    """Who holds a session."""

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        on_change: Callable[[bool], None],
        resend: Callable[[Member, bytes], None],
        flush: Callable[[], None],
    ) -> None:
        """The agent holds it.

        Args:
            reactor: for the clock.
            on_change: told whether mutating commands have to wait from now on.
            resend: takes a client's message once more.
            flush: called after messages were sent again, or refused.
        """
        self.watchers: set[Callable[[], None]] = set()
        """Called when the holder, its time, or what waits has changed."""
        self._reactor = reactor
        self._on_change = on_change
        self._resend = resend
        self._flush = flush
        self._control: Control[Held] = Control()
        self._timer: IDelayedCall | None = None
        self._closed = False

    @property
    def held(self) -> bool:
        """Whether a human holds it."""
        return self._control.held

    @property
    def info(self) -> ControlInfo:
        """As viewers and callers are told."""
        control = self._control
        return ControlInfo(
            holder="human" if control.held else "agent",
            expires_at=control.expires_at,
            waiting=control.waiting,
        )

    def take(self, ttl_seconds: float | None = None) -> None:
        """A human takes it, or takes more time; nothing happens once the session is over."""
        if self._closed:
            return
        self._control.take(
            self._reactor.seconds(),
            CONTROL_TTL_SECONDS_DEFAULT if ttl_seconds is None else ttl_seconds,
        )
        self._on_change(True)
        self._changed()

    def hand_back(self) -> None:
        """The agent has it again, and what waited goes on; harmless when it has it."""
        if not self._control.held:
            return
        released = self._control.hand_back()
        self._on_change(False)
        for held in released:
            match held:
                case HeldCommand():
                    self._resend(held.member, held.message)
                case HeldStep() if not held.passage.called:
                    held.passage.callback(None)
        self._flush()
        self._changed()

    def hold(self, member: Member, message: bytes, command: Command) -> None:
        """Have a client's mutating command wait, or refuse it when too many do."""
        held = HeldCommand(member, message, command)
        if self._control.wait(held, member, len(message), self._reactor.seconds()):
            self._changed()
        else:
            _refuse(held)

    async def passage(self, method: str) -> None:
        """Wait, if need be, until a command of an action may be sent.

        Raises:
            ControlHeld: the human has kept it for too long.
        """
        if not (self._control.held and is_mutating(method)):
            return
        # An action that is cut off while it waits is forgotten.
        step = HeldStep(Deferred(self._drop))
        self._control.wait(step, step.passage, 0, self._reactor.seconds())
        self._changed()
        await step.passage

    def forget(self, member: Member) -> None:
        """A client has gone, with what it had waiting."""
        self._drop(member)

    def close(self) -> None:
        """The session is over: what waits is refused."""
        self._closed = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        for held in self._control.hand_back():
            _refuse(held)
        self._flush()

    def _drop(self, client: Member | Deferred[None]) -> None:
        if self._control.drop(client):
            self._changed()

    def _changed(self) -> None:
        self._arm()
        for changed in list(self.watchers):
            changed()

    def _arm(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        due = self._control.due()
        if due is not None:
            self._timer = self._reactor.callLater(
                max(0.0, due - self._reactor.seconds()), self._look_at_clock
            )

    def _look_at_clock(self) -> None:
        now = self._reactor.seconds()
        for held in self._control.overdue(now):
            _refuse(held)
        self._flush()
        if self._control.expired(now):
            self.hand_back()
        else:
            self._changed()


def _refuse(held: Held) -> None:
    match held:
        case HeldCommand():
            held.member.deliver(messages.make_error(messages.SERVER_ERROR, HELD_TEXT, held.command))
        case HeldStep() if not held.passage.called:
            held.passage.errback(ControlHeld(HELD_TEXT))
