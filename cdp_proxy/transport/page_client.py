"""A client of one target alone, as Chromium's own `/devtools/page/{id}` serves it.

Its root is a flat session on that target, under a browser session of its own (the anchor), which
hears when the target goes and takes the root along when it is detached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cdp.target

from cdp_proxy.core import messages
from cdp_proxy.core.messages import Answer
from cdp_proxy.transport.caller import CallRefused, CdpCaller
from shared.errors import NothingHere

FAREWELL: Final = b'{"method":"Inspector.detached","params":{"reason":"target_closed"}}'
"""The last that Chromium tells such a client."""


async def attach_to_page(
    caller: CdpCaller, anchor: cdp.target.SessionID, target_id: str, gone: Callable[[], None]
) -> cdp.target.SessionID:
    """A root on one target.

    Args:
        caller: the session's.
        anchor: a browser session that nobody else uses; whoever detaches it stops listening to it.
        target_id: CDP's.
        gone: called when the target is.

    Raises:
        NothingHere: the browser has no such target; the anchor is detached.
        CallFailed: the browser is gone.
    """

    def heard(event: Answer) -> None:
        if event.method == messages.DETACHED:
            gone()

    caller.listen(anchor, heard)
    command = cdp.target.attach_to_target(cdp.target.TargetID(target_id), flatten=True)
    try:
        return await caller.call(command, anchor)
    except CallRefused as refused:
        caller.stop_listening(anchor)
        caller.notify(cdp.target.detach_from_target(anchor))
        raise NothingHere("The session has no such target (any more).") from refused
