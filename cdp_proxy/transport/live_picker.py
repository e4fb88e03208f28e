"""The list, calendar or chooser that is open in a session, for its people (`core.pickers`).

1. After what a person does that may open or close one, `look` asks the page; one look at a time. A
   chooser for files tells of itself.
2. What is open is `shown`, and told, until another look finds it closed, its page has gone, or
   `choose` has closed it. A chooser for files stays until then, or until another one opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import cdp.dom
import cdp.runtime

from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed
from cdp_proxy.core.actions.scripts import CHOOSE_OPTIONS, SET_VALUE
from cdp_proxy.core.commands import call_on_node, release_object
from cdp_proxy.core.focus import PATIENCE_SECONDS, Focused, focused, told_of
from cdp_proxy.core.keyboard import chord
from cdp_proxy.core.pickers import (
    ACCEPT_CHARS_MAX,
    CANCEL_FILES,
    DESCRIBE,
    DESCRIBE_FILES,
    FILE,
    IS_OPEN,
    OPTIONS_MAX,
    TEXT_CHARS_MAX,
    changes,
    check_choice,
    may_change_picker,
    parse_picker,
)
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.live_choosers import Chooser
from cdp_proxy.transport.pages import Pages
from cdp_proxy.transport.tasks import spawn
from shared.envelope.incoming import ChooseInput, InputDescription, TouchInput
from shared.envelope.outgoing import PickerState
from shared.errors import InvalidRequest, TargetDetached

TAP_SECONDS: Final = 0.4
"""A page that tapping twice would zoom takes a tap only 0.3 s after the finger was lifted."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A popup that is open, and whose it is."""

    tab: AttachedTab
    node: Focused
    url: str
    """Of the tab's page: another one does not have it."""
    state: PickerState

    def release(self) -> None:
        """The page need not keep it for the proxy any more."""
        self.tab.notify(release_object(self.node.object_id), self.node.session)


class LivePicker:
    """Of one session."""

    def __init__(self, pages: Pages, uploaded: Mapping[str, str]) -> None:
        """None is open; `uploaded` has the paths of the session's uploads by their names."""
        self.watchers: set[Callable[[], None]] = set()
        """Called when one has opened or closed."""
        self._pages = pages
        self._uploaded = uploaded
        self._open: _Open | None = None
        self._choices = 0
        """Counts up when one is made, and when it is done: looks from before then are outdated."""
        self._looking = False
        self._again: AttachedTab | None = None

    @property
    def shown(self) -> PickerState | None:
        """What is open, and what it offers."""
        return self._open.state if self._open is not None else None

    def after(self, event: InputDescription, tab: AttachedTab) -> None:
        """A page has taken an event of a person's."""
        if not may_change_picker(event, is_open=self._open is not None):
            return
        self._begin(tab)
        if isinstance(event, TouchInput):
            spawn(self._look_after_tap(tab), "looking for a list that a tap opens")

    def chooser_opened(self, tab: AttachedTab, session: str, chooser: Chooser) -> None:
        """A page wants files, at what a person did."""
        if chooser.backend_node_id is not None:
            asking = self._show_chooser(tab, session, chooser.frame_id, chooser.backend_node_id)
            spawn(asking, "asking what files a page wants")

    async def choose(self, choice: ChooseInput, tab: AttachedTab) -> None:
        """Close the popup, with a choice or without.

        Raises:
            InvalidRequest: none is open in the tab, or it does not offer that, or a file was not
                uploaded.
            TargetDetached: it has closed meanwhile.
            CommandFailed: the page did not take it.
        """
        there = self._open
        if there is None or there.tab is not tab:
            raise InvalidRequest("No list or picker is open in this tab.", field="event.kind")
        check_choice(there.state, choice)
        paths = [self._path_of(name) for name in choice.files]
        self._open = None
        self._pages.watchers.discard(self._pages_changed)
        self._choices += 1
        try:
            if there.state.kind == FILE:
                await _give(there, paths)
            else:
                await _choose(there, choice)
        except BlockedByDialog:
            return  # which has opened at the change
        finally:
            self._choices += 1
            there.release()
            if self._open is None:
                self._changed()

    def _path_of(self, name: str) -> str:
        path = self._uploaded.get(name)
        if path is None:
            raise InvalidRequest(
                "There is no uploaded file of that name; upload it first.", field="event.files"
            )
        return path

    async def _show_chooser(
        self, tab: AttachedTab, session: str, frame_id: str, backend_node_id: int
    ) -> None:
        try:
            node = await told_of(tab, session, frame_id, backend_node_id)
            describing = call_on_node(
                node.object_id, DESCRIBE_FILES, (TEXT_CHARS_MAX, ACCEPT_CHARS_MAX)
            )
            described = await tab.call(describing, session, timeout_seconds=PATIENCE_SECONDS)
        except CommandFailed:
            return  # its page is busy, or another one
        info, state = self._pages.tabs.get(tab.target_id), parse_picker(tab.target_id, described)
        if info is not None and state is not None:
            self._choices += 1
            self._is(_Open(tab, node, info.url, state))

    def _begin(self, tab: AttachedTab) -> None:
        self._again = tab
        if not self._looking:
            self._looking = True
            spawn(self._look(), "looking for an open list")

    async def _look_after_tap(self, tab: AttachedTab) -> None:
        await tab.sleep(TAP_SECONDS)
        if not tab.closed:
            self._begin(tab)

    async def _look(self) -> None:
        try:
            while self._again is not None:
                tab, self._again = self._again, None
                choices = self._choices
                try:
                    found = await self._look_at(tab)
                except CommandFailed:
                    found = None  # the page is busy, or another one
                if choices == self._choices:
                    self._looked(found)
                elif found is not None:
                    found.release()  # a choice has closed it meanwhile
        finally:
            self._looking = False

    async def _look_at(self, tab: AttachedTab) -> _Open | None:
        node = await focused(tab)
        info = self._pages.tabs.get(tab.target_id)
        if node is None or info is None:
            return None
        describing = call_on_node(node.object_id, DESCRIBE, (OPTIONS_MAX, TEXT_CHARS_MAX))
        described = await tab.call(describing, node.session, timeout_seconds=PATIENCE_SECONDS)
        state = parse_picker(tab.target_id, described)
        if state is None:
            tab.notify(release_object(node.object_id), node.session)
            return None
        return _Open(tab, node, info.url, state)

    def _looked(self, found: _Open | None) -> None:
        """A look finds no chooser for files, be there one or not."""
        if found is not None or self._open is None or self._open.state.kind != FILE:
            self._is(found)

    def _is(self, now: _Open | None) -> None:
        before, self._open = self._open, now
        if before is not None:
            before.release()
        if now is None:
            self._pages.watchers.discard(self._pages_changed)
        else:
            self._pages.watchers.add(self._pages_changed)
        if (before and before.state) != (now and now.state):
            self._changed()

    def _changed(self) -> None:
        for changed in list(self.watchers):
            changed()

    def _pages_changed(self) -> None:
        there = self._open
        if there is None:
            return
        info = self._pages.tabs.get(there.tab.target_id)
        if there.tab.closed or info is None or info.url != there.url:
            self._is(None)


async def _choose(there: _Open, choice: ChooseInput) -> None:
    """Close a popup, and have the page hear of what was chosen."""
    tab, node, session = there.tab, there.node.object_id, there.node.session
    if not await tab.call(call_on_node(node, IS_OPEN, ()), session):
        raise TargetDetached("The list has closed meanwhile.")
    for command in chord("Escape"):
        await tab.call_unheld(command)
    if not changes(there.state, choice):
        return
    if choice.index is not None:
        choosing = call_on_node(node, CHOOSE_OPTIONS, ([choice.index],))
    else:
        choosing = call_on_node(node, SET_VALUE, (choice.value,))
    await tab.call(choosing, session)


async def _give(there: _Open, paths: list[str]) -> None:
    """Give the page the files that it wants, or none."""
    tab, node, session = there.tab, there.node.object_id, there.node.session
    if paths:
        giving = cdp.dom.set_file_input_files(paths, object_id=cdp.runtime.RemoteObjectId(node))
        await tab.call_unheld(giving, session)
    else:
        await tab.call(call_on_node(node, CANCEL_FILES, ()), session)
