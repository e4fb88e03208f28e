"""Waiting until a page has done what an action set off: navigation, requests, changes.

Bounded throughout: pages that never come to rest (clocks, tickers, polling) are not waited for.
"""

from __future__ import annotations

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.ports import CommandFailed, Tab
from cdp_proxy.core.actions.touch import world_of
from cdp_proxy.core.commands import ScriptFailed, evaluate_in

_BUSY_SECONDS_MAX = 5.0
"""For requests and frames that an action set off."""
_LOAD_SECONDS_MAX = 15.0
"""For a document that it navigated to."""
_QUIET_MS = 25
_CHANGING_MS_MAX = 300
_SCRIPT_SECONDS = 2.0
"""For the script that watches, in a page that may hang."""
_ROUNDS_MAX = 5
"""Changes bring requests and those bring changes."""


async def settle(tab: Tab, deadline: float) -> None:
    """Let a tab come to rest, at most until `deadline` (of `tab.now()`)."""
    for _ in range(_ROUNDS_MAX):
        if tab.dialog is not None:
            return
        await _dom_quiet(tab)
        if tab.dialog is not None or not await _idle(tab, deadline):
            return


async def _idle(tab: Tab, deadline: float) -> bool:
    """Wait until nothing loads; whether anything had."""
    activity = tab.activity
    if not activity.busy(tab.now()) and not activity.navigating:
        return False
    began = tab.now()
    while tab.dialog is None:
        now = tab.now()
        most = _LOAD_SECONDS_MAX if activity.navigating else _BUSY_SECONDS_MAX
        left = min(deadline, began + most) - now
        if left <= 0:
            return False
        if not activity.busy(now) and not activity.navigating:
            return True
        # A navigation that was asked for and never began is given up by time alone.
        await tab.changed(min(left, 0.25))
    return False


async def _dom_quiet(tab: Tab) -> None:
    """Wait until the documents of all targets have not changed for a moment."""
    frames = {tab.target_id: tab.session, **tab.frame_sessions}
    await tab.gather([_quiet(tab, frame_id, session) for frame_id, session in frames.items()])


async def _quiet(tab: Tab, frame_id: str, session: str) -> None:
    script = scripts.QUIET % {"quiet": _QUIET_MS, "most": _CHANGING_MS_MAX}
    try:
        world = await world_of(tab, frame_id, session)
        await tab.call(evaluate_in(world, script), session, timeout_seconds=_SCRIPT_SECONDS)
    except (CommandFailed, ScriptFailed):
        # Its document is being replaced, or it hangs: what loads is waited for by `_idle`.
        return
