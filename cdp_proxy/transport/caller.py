"""The proxy's own CDP commands on a pipe: ids to answers, each with an end.

Its ids are below those of clients, so that no answer to a client's malformed message (which
Chromium sends without `sessionId`) can be taken for one of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReactorTime

from cdp_proxy.core import messages
from cdp_proxy.core.actions.ports import CommandFailed, CommandRefused
from cdp_proxy.core.commands import CdpCommand
from cdp_proxy.core.messages import Answer
from shared.limits import CDP_ID_MIN

T = TypeVar("T")

CALL_TIMEOUT_SECONDS = 10.0
Passage = Callable[[str], Awaitable[None]]
"""Says when a command of this method may be sent."""


class CallFailed(CommandFailed):
    """As an action on a page sees it too."""


class CallRefused(CallFailed, CommandRefused):
    """Chromium's answer is an error, other than that there is no such flat session any more."""


class CdpCaller:
    """Sends PyCDP-shaped commands and hands their results back, decoded; events go to listeners."""

    def __init__(self, reactor: IReactorTime, send: Callable[[bytes], None]) -> None:
        self._reactor = reactor
        self._send = send
        self._pending: dict[int, Deferred[dict[str, Any]]] = {}
        self._last_id = CDP_ID_MIN
        self._lost: str | None = None
        self._listeners: dict[str | None, list[Callable[[Answer], None]]] = {}
        self.on_stray: Callable[[int, bytes], object] = lambda _id, _message: None
        """Gets answers without `sessionId` that are not the proxy's own."""

    async def call(
        self,
        command: CdpCommand[T],
        cdp_session_id: str | None = None,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        passage: Passage | None = None,
    ) -> T:
        """Run one command to its answer.

        Args:
            command: in PyCDP's shape.
            cdp_session_id: whose; None: the browser's.
            timeout_seconds: for the answer.
            passage: waited for first, with the command's method; what it raises is raised.

        Raises:
            CallFailed: Chromium refused it, did not answer in time, or is gone.
        """
        request = next(command)
        method = request["method"]
        if passage is not None:
            await passage(method)
        deferred = self._begin(method, request.get("params"), cdp_session_id)
        deferred.addTimeout(timeout_seconds, self._reactor)
        try:
            result = await deferred
        except DeferredTimeout as error:
            raise CallFailed(f"{method} was not answered in {timeout_seconds:g} s") from error
        try:
            command.send(result)
        except StopIteration as done:
            value: T = done.value
            return value
        raise CallFailed(f"{method}: the command asked for more than one answer")

    def notify(self, command: CdpCommand[Any], cdp_session_id: str | None = None) -> None:
        """Send a command whose answer does not matter."""
        request = next(command)
        self._last_id -= 1
        self._send(
            messages.make_command(
                self._last_id, request["method"], request.get("params"), cdp_session_id
            )
        )

    def listen(self, cdp_session_id: str | None, heard: Callable[[Answer], None]) -> None:
        """Have `heard` called with each event of one of the proxy's own flat sessions.

        Args:
            cdp_session_id: None for the pipe's own, the browser's.
            heard: beside those who listen to it already.
        """
        self._listeners.setdefault(cdp_session_id, []).append(heard)

    def unlisten(self, cdp_session_id: str, heard: Callable[[Answer], None]) -> None:
        """Have `heard` called no more; harmless when it is not."""
        listeners = self._listeners.get(cdp_session_id, [])
        if heard in listeners:
            self._listeners[cdp_session_id] = [it for it in listeners if it != heard]

    def stop_listening(self, cdp_session_id: str) -> None:
        """Forget all who listen to a flat session that has ended."""
        self._listeners.pop(cdp_session_id, None)

    def receive(self, message: bytes) -> None:
        """A message that belongs to none of the clients."""
        answer = messages.decode_answer(message)
        if answer.id is None:
            for heard in self._listeners.get(answer.session_id, ()):
                heard(answer)
            return
        if answer.id >= CDP_ID_MIN:
            self.on_stray(answer.id, message)
            return
        deferred = self._pending.pop(answer.id, None)
        if deferred is None:
            return
        if answer.error is not None:
            gone = answer.error.code == messages.SESSION_NOT_FOUND
            kind = CallFailed if gone else CallRefused
            deferred.errback(kind(answer.error.message))
        else:
            deferred.callback(msgspec.json.decode(answer.result) if answer.result else {})

    def lose(self, reason: str) -> None:
        """The browser is gone: end every pending call, and every later one at once."""
        self._lost = reason
        pending, self._pending = self._pending, {}
        for deferred in pending.values():
            deferred.errback(CallFailed(reason))

    def _begin(
        self, method: str, params: object, cdp_session_id: str | None
    ) -> Deferred[dict[str, Any]]:
        if self._lost is not None:
            raise CallFailed(self._lost)
        self._last_id -= 1
        command_id = self._last_id

        def forget(_deferred: Deferred[Any]) -> None:
            self._pending.pop(command_id, None)

        deferred: Deferred[dict[str, Any]] = Deferred(forget)
        self._pending[command_id] = deferred
        self._send(messages.make_command(command_id, method, params, cdp_session_id))
        return deferred
