from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.ports import Dialog
from cdp_proxy.core.latency import MethodLatencies, SessionLatencies
from cdp_proxy.core.multiplexer import Member, Multiplexer
from cdp_proxy.core.policy import Policy
from cdp_proxy.core.told_dialogs import ToldDialog
from tests.fakes.scripted_browser import (
    FOLDERS,
    attached_event,
    detached_event,
    flat_session,
    message,
)

ROOT, TAB = flat_session(1), flat_session(2)
TARGET = attached_event(TAB)["params"]["targetInfo"]["targetId"]
OPENING = {"url": "x", "type": "prompt", "message": "Name?", "defaultPrompt": "Ada"}
TOLD = ToldDialog(Dialog("prompt", "Name?", "Ada"), TAB)


class Clients:
    """A multiplexer with one client, attached to one tab."""

    def __init__(self) -> None:
        self.mux = Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies()))
        self.got: list[bytes] = []
        self.member: Member = self.mux.join(ROOT, self.got.append)
        self.tell(attached_event(TAB), ROOT)
        self.changed: list[str] = []
        self.mux.dialogs.on_change = self.changed.append

    def tell(self, event: dict[str, Any], session: str = TAB) -> bool:
        return self.mux.browser_message(message(event, session))

    def opens(self) -> None:
        self.tell({"method": "Page.javascriptDialogOpening", "params": OPENING})

    def closes(self) -> None:
        params = {"result": True, "userInput": ""}
        self.tell({"method": "Page.javascriptDialogClosed", "params": params})


@pytest.fixture
def clients() -> Clients:
    return Clients()


def test_what_a_client_is_told_is_known_and_reaches_the_client(clients: Clients) -> None:
    clients.opens()

    assert clients.mux.dialogs.get(TARGET) == TOLD
    assert clients.mux.dialogs.all() == {TARGET: TOLD}
    assert clients.changed == [TARGET]
    assert b"Name?" in clients.got[-1]


def test_it_is_gone_when_it_closes(clients: Clients) -> None:
    clients.opens()
    clients.closes()

    assert clients.mux.dialogs.all() == {}
    assert clients.changed == [TARGET, TARGET]


def test_the_end_of_one_that_was_not_told_changes_nothing(clients: Clients) -> None:
    clients.closes()

    assert clients.changed == []


def test_it_is_gone_with_the_flat_session_that_was_told(clients: Clients) -> None:
    clients.opens()

    clients.tell(detached_event(TAB), ROOT)

    assert clients.mux.dialogs.all() == {}
    assert clients.changed == [TARGET, TARGET]


def test_it_is_gone_with_the_client(clients: Clients) -> None:
    clients.opens()

    clients.mux.leave(clients.member)

    assert clients.mux.dialogs.get(TARGET) is None


def test_another_flat_session_that_ends_takes_none_with_it(clients: Clients) -> None:
    clients.opens()

    clients.mux.dialogs.forget(flat_session(9))

    assert clients.mux.dialogs.get(TARGET) == TOLD


def test_a_dialog_without_a_prompt_offers_nothing(clients: Clients) -> None:
    params = {"url": "x", "type": "alert", "message": "Hi"}
    clients.tell({"method": "Page.javascriptDialogOpening", "params": params})

    told = clients.mux.dialogs.get(TARGET)

    assert told is not None
    assert told.dialog == Dialog("alert", "Hi", "")


def test_half_of_an_emoji_in_its_text_is_mended(clients: Clients) -> None:
    params = {"url": "x", "type": "alert", "message": "cut \ud83d"}
    clients.tell({"method": "Page.javascriptDialogOpening", "params": params})

    told = clients.mux.dialogs.get(TARGET)

    assert told is not None
    assert told.dialog.text == "cut \ufffd"
