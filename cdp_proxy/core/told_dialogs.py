"""JavaScript dialogs that Chromium has told clients of, and through whom each can be answered.

Chromium tells of a dialog on those flat sessions of its tab that have the Page domain enabled when
it opens, and takes the answer on these alone. Where the proxy is attached only later it learns of
the dialog here, and answers it on the client's flat session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct

from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.core.messages import decode_answer

DIALOG_EVENT: Final = b'{"method":"Page.javascriptDialog'


class DialogParams(Struct, frozen=True, rename="camel"):
    """Of `Page.javascriptDialogOpening`; `Page.javascriptDialogClosed` has none of them."""

    type: str = ""
    message: str = ""
    default_prompt: str = ""

    def dialog(self) -> Dialog:
        """The dialog that it tells of."""
        return Dialog(self.type, self.message, self.default_prompt)


decode_dialog: Final = msgspec.json.Decoder(DialogParams).decode


@dataclass(frozen=True, slots=True)
class ToldDialog:
    """A dialog that is open, and the flat session of a client that was told of it."""

    dialog: Dialog
    cdp_session_id: str


class ToldDialogs:
    """Those of one session, by the tab's target id."""

    def __init__(self) -> None:
        self.on_change: Callable[[str], None] = lambda _target_id: None
        """Told of the tab in which one has opened or closed."""
        self._open: dict[str, ToldDialog] = {}

    def get(self, target_id: str) -> ToldDialog | None:
        """The one that is open in a tab."""
        return self._open.get(target_id)

    def all(self) -> dict[str, ToldDialog]:
        """Those that are open."""
        return dict(self._open)

    def hear(self, cdp_session_id: str, target_id: str, message: bytes) -> None:
        """Take an event that begins with `DIALOG_EVENT`, on a client's flat session."""
        event = decode_answer(message)
        before = self._open.pop(target_id, None)
        if event.method == "Page.javascriptDialogOpening":
            self._open[target_id] = ToldDialog(decode_dialog(event.params).dialog(), cdp_session_id)
        elif before is None:
            return
        self.on_change(target_id)

    def forget(self, cdp_session_id: str) -> None:
        """A client's flat session has ended: nothing can be answered there any more."""
        for target_id, told in list(self._open.items()):
            if told.cdp_session_id == cdp_session_id:
                del self._open[target_id]
                self.on_change(target_id)
