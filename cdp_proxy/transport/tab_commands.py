"""`TAB_COMMAND`: what the buttons of a browser do, for the people who watch a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import cdp.page
import cdp.target

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.commands import activate_target, go_to_entry, history, navigate
from cdp_proxy.core.policy import Refused, check_url
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.session import LiveSession
from shared.envelope.incoming import TabCommand
from shared.errors import InvalidRequest, NavigationFailed

_BETWEEN_PAGES: Final = "Not attached to an active page"
"""What Chromium says while one page takes the place of another."""
_CLOSES_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = (0.05, 0.2, 0.5)


async def run_tab_command(session: LiveSession, command: TabCommand) -> str | None:
    """Do it; the tab that it was done to, the new one for `open`.

    Raises:
        InvalidRequest: there is no such tab, no URL, or none that may be opened.
        TargetNotFound: no tab is open.
        NavigationFailed: nothing could be loaded from there.
        CommandFailed: the browser did not do it.
    """
    session.used()
    pages = session.pages
    if command.action == "open":
        return await pages.open(_url_of(command) if command.url else "about:blank")
    tab = await pages.attached(command.target_id or session.screencast.target_id)
    if command.action == "activate":
        await tab.call_unheld(activate_target(tab.target_id))
        pages.choose(tab.target_id)
    else:
        await _do(tab, command)
    return tab.target_id


async def _do(tab: AttachedTab, command: TabCommand) -> None:
    match command.action:
        case "close":
            await tab.call_unheld(cdp.target.close_target(cdp.target.TargetID(tab.target_id)))
            await _gone(tab)
        case "navigate":
            await _navigate(tab, _url_of(command))
        case "back":
            await _on_a_page(tab, partial(_step, tab, -1))
        case "forward":
            await _on_a_page(tab, partial(_step, tab, 1))
        case "reload":
            await _on_a_page(tab, lambda: tab.call_unheld(cdp.page.reload()))
        case "acceptDialog" | "dismissDialog":
            accept = command.action == "acceptDialog"
            await tab.answer_dialog(accept, command.text if accept else None, held=False)


async def _gone(tab: AttachedTab) -> None:
    """Chromium answers before it has closed a tab, which is the active one until then.

    A page may ask first whether to leave it; that is answered by another command.
    """
    until = tab.now() + _CLOSES_SECONDS
    while not tab.closed and tab.dialog is None and await tab.changed(until - tab.now()):
        pass


async def _navigate(tab: AttachedTab, url: str) -> None:
    navigated = await tab.call_unheld(navigate(url))
    if navigated.error is not None and navigated.error != "net::ERR_ABORTED":  # a download
        raise NavigationFailed(f"{url} could not be opened.", reason=navigated.error)


async def _step(tab: AttachedTab, by: int) -> None:
    """Through the history; at its end nothing happens, as with a browser's buttons."""
    at, entries = await tab.call_unheld(history())
    if 0 <= at + by < len(entries):
        await tab.call_unheld(go_to_entry(entries[at + by].id))


async def _on_a_page(tab: AttachedTab, attempt: Callable[[], Awaitable[None]]) -> None:
    """Do it, again if that came while one page took the place of another."""
    for pause_seconds in (*_AGAIN_SECONDS, None):
        try:
            await attempt()
        except CommandFailed as error:
            if pause_seconds is None or _BETWEEN_PAGES not in str(error):
                raise
            await tab.sleep(pause_seconds)
        else:
            return


def _url_of(command: TabCommand) -> str:
    if command.url is None:
        raise InvalidRequest("url is required; it must be the URL to open.", field="url")
    try:
        check_url(command.url)
    except Refused as refused:
        raise InvalidRequest(str(refused), field="url") from refused
    return command.url
