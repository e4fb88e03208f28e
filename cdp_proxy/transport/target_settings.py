"""Keeps what Chromium only takes from a debugger in force on every target of a session.

The proxy auto-attaches to each new target while it waits for its debugger, sends it the session's
settings (`core.settings.target_commands`), has it attach its own children likewise, and lets it
run. Used only for sessions whose settings need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cdp.runtime
import cdp.target
from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.logger import Logger

from cdp_proxy.core import messages
from cdp_proxy.core.commands import CdpCommand
from cdp_proxy.core.messages import Answer
from cdp_proxy.core.settings import target_commands
from cdp_proxy.transport.caller import CallFailed, CdpCaller
from cdp_proxy.transport.tasks import spawn
from shared.records import BrowserSettings

_log = Logger()


class TargetSettings:
    """One session's settings on each of its targets, present and to come."""

    def __init__(self, caller: CdpCaller, settings: BrowserSettings) -> None:
        self._caller = caller
        self._settings = settings
        self._first: list[Deferred[None]] | None = []

    async def start(self) -> None:
        """Apply to what is open now; from here on new targets get them by themselves.

        Raises:
            CallFailed: Chromium refused a setting; its words say which.
        """
        self._caller.listen(None, self._on_event)
        await self._caller.call(_auto_attach())
        first, self._first = self._first, None
        await _all(first or [])

    def _on_event(self, event: Answer) -> None:
        if event.method == messages.DETACHED:
            self._caller.stop_listening(messages.decode_attached(event.params).session_id)
        if event.method != messages.ATTACHED:
            return
        attached = messages.decode_attached(event.params)
        kind = attached.target_info.type if attached.target_info is not None else ""
        if kind == "browser":
            return  # the root of a client
        self._caller.listen(attached.session_id, self._on_event)
        applied = self._apply(attached.session_id, kind)
        if self._first is not None:
            self._first.append(Deferred.fromCoroutine(applied))
        else:
            spawn(_logged(applied), "applying settings to a target")

    async def _apply(self, cdp_session_id: str, kind: str) -> None:
        calls = [
            Deferred.fromCoroutine(self._caller.call(command, cdp_session_id))
            for command in (*target_commands(self._settings, kind), _auto_attach())
        ]
        self._caller.notify(cdp.runtime.run_if_waiting_for_debugger(), cdp_session_id)
        *settings, children = calls
        children.addErrback(lambda failure: failure.trap(CallFailed) and None)  # has no children
        await _all(settings)


def _auto_attach() -> CdpCommand[None]:
    return cdp.target.set_auto_attach(
        auto_attach=True, wait_for_debugger_on_start=True, flatten=True
    )


async def _all(calls: Sequence[Deferred[Any]]) -> None:
    """Wait for all; raises what the first that fails raised."""
    try:
        await gatherResults(calls, consumeErrors=True)
    except FirstError as error:
        error.subFailure.raiseException()


async def _logged(applied: object) -> None:
    try:
        await applied  # type: ignore[misc]
    except CallFailed as error:
        _log.info("a target went before its settings were applied: {error}", error=str(error))
