"""The `Page` port over the raw CDP client, for tests of actions without the container's driver.

A coroutine on it never really waits: every call is answered before it returns, so that `run` can
drive it to its end by hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from cdp_proxy.core.actions.ports import CommandFailed, Dialog
from cdp_proxy.core.commands import CdpCommand
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.cdp import Page as CdpPage
from tests.integration.inbox import Message, SocketClosed
from tests.integration.waiting import PATIENCE_SECONDS

T = TypeVar("T")
P = ParamSpec("P")

_TELLING = frozenset(
    {
        "Page.frameNavigated",
        "Page.frameAttached",
        "Page.frameDetached",
        "Page.navigatedWithinDocument",
        "Page.lifecycleEvent",
        "Page.javascriptDialogOpening",
        "Page.javascriptDialogClosed",
        "Network.requestWillBeSent",
        "Network.loadingFinished",
        "Network.loadingFailed",
    }
)
"""Events that `changed` tells of."""


class ActionsPage:
    """One tab of a session; see `cdp_proxy.core.actions.ports.Page`."""

    def __init__(self, page: CdpPage) -> None:
        self.cdp = page
        self.target_id = page.target_id
        self.session = page.session_id
        self._client: CdpClient = page.client
        self._frames: dict[str, str] = {}
        self._dialog: Dialog | None = None
        page.call("Page.enable")

    @property
    def frame_sessions(self) -> Mapping[str, str]:
        """Attached to as they are found; those that are gone are left out."""
        targets = self._client.call("Target.getTargets")["targetInfos"]
        living = [target["targetId"] for target in targets if target["type"] == "iframe"]
        for frame_id in living:
            if frame_id not in self._frames:
                self._frames[frame_id] = self._client.attach(frame_id).session_id
        return {frame_id: self._frames[frame_id] for frame_id in living}

    @property
    def dialog(self) -> Dialog | None:
        """As the events that have come in say."""
        while (event := self._next_event({_OPENING, _CLOSED})) is not None:
            params = event["params"]
            opened = event["method"] == _OPENING
            self._dialog = Dialog(params["type"], params["message"]) if opened else None
        return self._dialog

    async def call(
        self,
        command: CdpCommand[T],
        session: str | None = None,
        timeout_seconds: float = PATIENCE_SECONDS,
    ) -> T:
        """Blocks until it is answered."""
        request = next(command)
        try:
            result = self._client.call(
                request["method"], request.get("params"), session or self.session, timeout_seconds
            )
        except (CdpError, SocketClosed, AssertionError) as error:
            raise CommandFailed(str(error)) from error
        try:
            command.send(result)
        except StopIteration as finished:
            decoded: T = finished.value
            return decoded
        raise AssertionError("a command yields once")

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Blocks."""
        time.sleep(seconds)

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """At once."""
        return function(*args, **kwargs)

    async def changed(self, timeout_seconds: float) -> bool:
        """Blocks until one of `_TELLING` comes."""
        return self._next_event(_TELLING, timeout_seconds) is not None

    def _next_event(
        self, methods: frozenset[str] | set[str], seconds: float = 0.0
    ) -> Message | None:
        sessions = {self.session, *self._frames.values()}
        try:
            return self._client.wait_for(
                lambda message: (
                    message.get("method") in methods and message.get("sessionId") in sessions
                ),
                seconds,
            )
        except AssertionError:
            return None


_OPENING = "Page.javascriptDialogOpening"
_CLOSED = "Page.javascriptDialogClosed"
