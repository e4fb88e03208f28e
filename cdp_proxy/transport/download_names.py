"""What downloads are called: Chromium stores them under GUIDs and tells their names in events.

The events come to the proxy's own client on the pipe, for every browser context, whatever the
session's clients have asked for; so nothing has to be looked for in their messages.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from cdp_proxy.core.commands import set_download_behavior
from cdp_proxy.core.messages import Answer
from cdp_proxy.transport.caller import CdpCaller

_NAMES_MAX = 10_000
"""The newest downloads of a session whose names are remembered: a page may start any number."""


class _WillBegin(Struct, frozen=True, rename="camel"):
    """`Browser.downloadWillBegin`, as far as names go."""

    guid: str
    suggested_filename: str


_decode = msgspec.json.Decoder(_WillBegin).decode


class DownloadNames:
    """GUID to suggested name, for one session."""

    def __init__(self, caller: CdpCaller, folder: str) -> None:
        """`folder` is where the session's downloads go."""
        self._caller = caller
        self._folder = folder
        self._names: dict[str, str] = {}

    async def start(self) -> None:
        """Listen, and let downloads go to the session's folder though no client asks.

        Raises:
            CallFailed: the browser is gone.
        """
        self._caller.listen(None, self._on_event)
        await self.allow()

    def _on_event(self, event: Answer) -> None:
        if event.method == "Browser.downloadWillBegin":
            self._remember(_decode(event.params))

    async def allow(self) -> None:
        """Make the session's folder the default context's again.

        Chromium forbids downloads in what a client had set up as soon as that client leaves.

        Raises:
            CallFailed: the browser is gone.
        """
        await self._caller.call(set_download_behavior(self._folder))

    def of(self, stored_name: str) -> str:
        """The suggested name of a stored file; its own when none is known."""
        return self._names.get(stored_name, stored_name)

    def _remember(self, begun: _WillBegin) -> None:
        self._names[begun.guid] = begun.suggested_filename
        if len(self._names) > _NAMES_MAX:
            del self._names[next(iter(self._names))]
