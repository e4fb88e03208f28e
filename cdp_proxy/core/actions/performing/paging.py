"""Going from page to page, and JavaScript's dialogs."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import cdp.page

from cdp_proxy.core.actions.ports import CommandFailed, CommandRefused, Page, Tab
from cdp_proxy.core.commands import go_to_entry, history
from cdp_proxy.core.commands import navigate as navigate_command
from cdp_proxy.core.policy import Refused, check_url
from shared.errors import ActionTimeout, DialogOpen, InvalidRequest, NavigationFailed

COMMIT: Final = "commit"
DOM_CONTENT_LOADED: Final = "domcontentloaded"
LOAD: Final = "load"
NETWORK_IDLE: Final = "networkidle"

_IDLE_SECONDS = 0.5
"""Without any request: what Playwright calls `networkidle`."""
_ANSWERS_SECONDS = 3.0
"""A page that takes longer hangs, and may be left all the same."""
_STARTS_SECONDS = 1.0
"""A document from the history that the browser kept whole tells of no loading at all."""


async def navigate(tab: Tab, url: str, wait_until: str, deadline: float) -> None:
    """Open an address.

    Raises:
        InvalidRequest: the address is refused here (`file:`, `chrome:` …).
        NavigationFailed: Chromium could not load it; `details["reason"]` is its `net::ERR_…`.
        ActionTimeout: it did not come that far in time.
        DialogOpen: a dialog holds the old page.
    """
    try:
        check_url(url)
    except Refused as refused:
        raise InvalidRequest(str(refused), field="url") from refused
    await _be_told(tab, deadline)
    before = tab.activity.navigation.count
    timeout = max(0.1, deadline - tab.now())
    try:
        failed = await tab.call(navigate_command(url), timeout_seconds=timeout)
    except CommandRefused as refused:
        reason = str(refused)
        raise NavigationFailed(f"{url} could not be opened: {reason}", reason=reason) from refused
    except CommandFailed as error:
        check_dialog(tab)
        raise ActionTimeout(f"The page did not answer in time: {error}") from error
    if failed.error is not None:
        raise NavigationFailed(f"{url} could not be opened: {failed.error}", reason=failed.error)
    if failed.new_document:
        await _reach(tab, before, wait_until, deadline)


async def travel(tab: Tab, step: int, deadline: float) -> None:
    """Go `step` entries through the history (-1 is back).

    Raises:
        NavigationFailed: there is no such entry.
    """
    index, entries = await tab.call(history())
    at = index + step
    if not 0 <= at < len(entries):
        raise NavigationFailed(f"There is no page to go {'back' if step < 0 else 'forward'} to.")
    await _be_told(tab, deadline)
    before = tab.activity.navigation.count
    await tab.call(go_to_entry(entries[at].id))
    give_up = min(deadline, tab.now() + _STARTS_SECONDS)
    while tab.now() < give_up and tab.activity.navigation.count == before:
        if await tab.changed(give_up - tab.now()) and not tab.activity.busy(tab.now()):
            break
    if tab.activity.navigation.count != before:
        await _reach(tab, before, LOAD, deadline)


async def reload(tab: Tab, deadline: float) -> None:
    """Load the page anew."""
    await _be_told(tab, deadline)
    before = tab.activity.navigation.count
    await tab.call(cdp.page.reload())
    await _reach(tab, before, LOAD, deadline)


async def _be_told(tab: Tab, deadline: float) -> None:
    """Wait until the page tells of its documents; one that hangs is not waited for long.

    A tab that has just been attached to may not have been asked yet while it changes its renderer,
    and the one of the next document would be asked too late to tell of it.
    """
    timeout = min(_ANSWERS_SECONDS, max(0.1, deadline - tab.now()))
    with suppress(CommandFailed):
        await tab.call(cdp.page.enable(), timeout_seconds=timeout)


async def _reach(tab: Tab, before: int, wait_until: str, deadline: float) -> None:
    """Wait for a document after number `before`, and for it to come as far as asked."""
    while True:
        activity = tab.activity
        navigation = activity.navigation
        if navigation.count > before and navigation.unreachable:
            raise NavigationFailed("Chromium shows an error page.", reason="unreachable")
        if activity.crashed:
            raise NavigationFailed("The page has crashed.", reason="crashed")
        if navigation.count > before and _is_there(tab, wait_until):
            return
        check_dialog(tab)
        left = deadline - tab.now()
        if left <= 0:
            raise ActionTimeout(
                f"The page did not reach {wait_until!r} in time.", waitUntil=wait_until
            )
        await tab.changed(min(left, _IDLE_SECONDS) if wait_until == NETWORK_IDLE else left)


def _is_there(tab: Tab, wait_until: str) -> bool:
    activity = tab.activity
    if wait_until == COMMIT:
        return True
    if wait_until == DOM_CONTENT_LOADED:
        return activity.navigation.dom_ready
    if wait_until == LOAD:
        return activity.navigation.loaded
    now = tab.now()
    return (
        activity.navigation.loaded
        and not activity.busy(now)
        and now - activity.last_change >= _IDLE_SECONDS
    )


def check_dialog(tab: Page) -> None:
    """Raise `DialogOpen` if a JavaScript dialog is."""
    if tab.dialog is not None:
        raise DialogOpen(
            f"A JavaScript {tab.dialog.kind} dialog is open; accept or dismiss it first.",
            kind=tab.dialog.kind,
            text=tab.dialog.text,
        )
