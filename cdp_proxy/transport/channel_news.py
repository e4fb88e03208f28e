"""What a channel is told unasked: tabs, dialogs, pickers, and who holds the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.transport.session import LiveSession
from shared.envelope.outgoing import ControlState, DialogState, Outgoing, PickerState, Tabs


class ChannelNews:
    """One channel's; each thing is told when it is another than was told last."""

    def __init__(self, session: LiveSession, send: Callable[[Outgoing], None]) -> None:
        """Nothing is told before `begin`."""
        self._session = session
        self._send = send
        self._told_tabs: Tabs | None = None
        self._told_dialogs: Mapping[str, Dialog] = {}

    def begin(self, tabs: Tabs) -> None:
        """Tell what is open now, and all that changes from here on.

        Args:
            tabs: what it has been told of them.
        """
        session = self._session
        self._told_tabs = tabs
        session.pages.watchers.add(self._pages_changed)
        session.takeover.watchers.add(self._control_changed)
        session.input.picker.watchers.add(self._picker_changed)
        if session.input.picker.shown is not None:
            self._picker_changed()
        self._pages_changed()  # dialogs that are open already
        session.pages.follow_titles()

    def end(self) -> None:
        """Tell nothing any more; harmless when nothing was told."""
        session = self._session
        session.pages.watchers.discard(self._pages_changed)
        session.takeover.watchers.discard(self._control_changed)
        session.input.picker.watchers.discard(self._picker_changed)

    def _control_changed(self) -> None:
        self._send(ControlState(control=self._session.takeover.info))

    def _picker_changed(self) -> None:
        self._send(self._session.input.picker.shown or PickerState())

    def _pages_changed(self) -> None:
        tabs = self._session.pages.strip()
        if tabs != self._told_tabs:
            self._told_tabs = tabs
            self._send(tabs)
        dialogs = self._session.pages.dialogs
        for target_id in self._told_dialogs.keys() - dialogs.keys():
            self._send(DialogState(target_id=target_id))
        for target_id, dialog in dialogs.items():
            if self._told_dialogs.get(target_id) != dialog:
                self._send(
                    DialogState(
                        target_id=target_id,
                        kind=dialog.kind,
                        text=dialog.text,
                        default_text=dialog.default_text,
                    )
                )
        self._told_dialogs = dialogs
