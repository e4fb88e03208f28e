"""Keeps this task protected from scale-in while anybody uses it (`core.protection` decides)."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from cdp_proxy.core.protection import Protection, ProtectionState
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.ecs import EcsAgent
from cdp_proxy.transport.tasks import spawn
from shared.errors import Unavailable

_log = Logger()

GATE_SECONDS = 10.0
"""Who wants in waits so long for protection; then he is refused rather than risked."""


class ScaleInGuard:
    """Asks ECS's agent for what the machine wants, and holds those who must wait for it."""

    def __init__(self, reactor: IReactorTime, blocking: Blocking, agent: EcsAgent | None) -> None:
        """`agent` is None where there is no ECS: then nothing is asked, and nobody waits."""
        self._reactor = reactor
        self._blocking = blocking
        self._agent = agent
        self._machine = Protection(exempt=agent is None)
        self._timer: IDelayedCall | None = None
        self._waiting: list[Deferred[None]] = []
        self._stopped = False

    @property
    def state(self) -> ProtectionState:
        """For people and metrics."""
        return self._machine.state

    def use(self, in_use: bool) -> None:
        """Whether anybody uses this task, or wants to."""
        self._machine.use(in_use, self._reactor.seconds())
        self._go_on()

    async def secure(self) -> None:
        """Return once a session may begin here; `use` has been called for it.

        Raises:
            Unavailable: ECS gives no protection.
        """
        if self._machine.secure(self._reactor.seconds()):
            return
        secured: Deferred[None] = Deferred()
        secured.addTimeout(GATE_SECONDS, self._reactor)
        self._waiting.append(secured)
        try:
            await secured
        except DeferredTimeout as error:
            raise Unavailable(
                "The container cannot be protected from scale-in just now; try again."
            ) from error
        finally:
            if secured in self._waiting:
                self._waiting.remove(secured)

    def stop(self) -> None:
        """Ask nothing any more."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _go_on(self) -> None:
        if self._stopped:
            return
        now = self._reactor.seconds()
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        call = self._machine.next_call(now)
        if call is not None and self._agent is not None:
            spawn(self._ask(self._agent, call), "changing the task's protection")
        elif (due := self._machine.due(now)) is not None:
            self._timer = self._reactor.callLater(due - now, self._go_on)

    async def _ask(self, agent: EcsAgent, enabled: bool) -> None:
        outcome = await self._blocking.run(agent.protect, enabled)
        now = self._reactor.seconds()
        self._machine.answered(outcome, now)
        _log.info(
            "scale-in protection {wanted}: {outcome}",
            wanted="on" if enabled else "off",
            outcome=outcome.name,
        )
        if self._machine.secure(now):
            waiting, self._waiting = self._waiting, []
            for secured in waiting:
                secured.callback(None)
        self._go_on()
