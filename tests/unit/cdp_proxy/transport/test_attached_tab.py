"""What may hold a tab's commands up; what they do is told by `test_pages.py`."""

from __future__ import annotations

import cdp.page
import cdp.runtime
import pytest
from twisted.internet.defer import CancelledError, Deferred

from cdp_proxy.core.actions.ports import (
    BlockedByDialog,
    CommandFailed,
    CommandRefused,
    Dialog,
)
from cdp_proxy.core.commands import activate_target
from cdp_proxy.core.told_dialogs import ToldDialogs
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.pages import Pages
from tests.fakes.attached_tab import FRAME, ROOT, TAB, Asked
from tests.fakes.attached_tab import TabOfBrowser as Session
from tests.fakes.scripted_browser import flat_session, message


@pytest.fixture
def at() -> Session:
    return Session()


class TestFrames:
    def blocked(self, at: Session) -> Asked:
        Deferred.fromCoroutine(at.pages.start())
        at.open_tab()
        at.browser.silent.add("Target.setAutoAttach")
        return Asked(at.pages.attached())

    def test_a_page_that_is_blocked_can_be_shown(self, at: Session) -> None:
        (tab,) = self.blocked(at).values

        assert Asked(tab.browser_call(activate_target("T1"))).values == [None]

    def test_a_page_that_is_blocked_cannot_be_acted_on(self, at: Session) -> None:
        self.blocked(at)

        acting = Asked(at.pages.tab())
        at.clock.advance(10)

        assert isinstance(acting.errors[0], CommandFailed)

    def test_its_frames_are_asked_for_again_when_it_is_blocked_no_more(self, at: Session) -> None:
        self.blocked(at)
        at.clock.advance(10)
        at.browser.silent.clear()

        assert Asked(at.pages.tab()).values
        assert at.browser.methods().count("Target.setAutoAttach") == 2
        assert at.browser.methods().count("Target.attachToTarget") == 1

    def test_who_is_cut_off_while_waiting_for_frames_spoils_nothing(self, at: Session) -> None:
        self.blocked(at)
        cut_off = Deferred.fromCoroutine(at.pages.tab())
        cut_off.addErrback(lambda failure: failure.trap(CancelledError))
        waiting = Asked(at.pages.tab())

        cut_off.cancel()
        at.browser.answer("Target.setAutoAttach")

        assert waiting.values


class TestPassage:
    """Commands of an action while a human holds the session."""

    def held(self, at: Session) -> tuple[AttachedTab, Deferred[None]]:
        opened: Deferred[None] = Deferred()

        async def passage(_method: str) -> None:
            await opened

        at.pages = Pages(at.clock, at.browser.caller, passage)
        return at.tab(), opened

    def test_a_command_waits_until_it_may_pass(self, at: Session) -> None:
        tab, opened = self.held(at)

        asked = Asked(tab.call(cdp.page.reload()))
        waited = "Page.reload" not in at.browser.methods()
        opened.callback(None)

        assert waited
        assert asked.values == [None]
        assert at.browser.methods()[-1] == "Page.reload"

    def test_a_dialog_meanwhile_is_not_the_commands_doing(self, at: Session) -> None:
        tab, opened = self.held(at)
        asked = Asked(tab.call(cdp.page.reload()))

        at.dialog()

        assert not asked.ended
        opened.callback(None)
        assert isinstance(asked.errors[0], BlockedByDialog)
        assert "Page.reload" not in at.browser.methods()

    def test_a_tab_that_closes_meanwhile_ends_the_waiting_and_nothing_is_sent(
        self, at: Session
    ) -> None:
        tab, opened = self.held(at)
        asked = Asked(tab.call(cdp.page.reload()))

        at.browser.emit({"method": "Target.targetDestroyed", "params": {"targetId": "T1"}}, ROOT)

        assert isinstance(asked.errors[0], CommandFailed)
        opened.callback(None)
        assert "Page.reload" not in at.browser.methods()

    def test_what_the_proxy_itself_does_waits_for_nobody(self, at: Session) -> None:
        tab, _ = self.held(at)

        asked = Asked(tab.browser_call(activate_target("T1")))

        assert asked.values == [None]

    def test_what_the_human_does_waits_for_nobody(self, at: Session) -> None:
        tab, _ = self.held(at)

        asked = Asked(tab.call_unheld(cdp.page.reload()))

        assert asked.values == [None]


class TestToldDialogs:
    """Dialogs that Chromium told a client of, and not the proxy, which came later."""

    CLIENTS = flat_session(70)

    @pytest.fixture
    def told(self, at: Session) -> ToldDialogs:
        told = ToldDialogs()
        at.pages = Pages(at.clock, at.browser.caller, told=told)
        return told

    def opens(self, told: ToldDialogs) -> None:
        params = {"type": "confirm", "message": "Sure?"}
        told.hear(
            self.CLIENTS,
            "T1",
            message({"method": "Page.javascriptDialogOpening", "params": params}),
        )

    def closes(self, told: ToldDialogs) -> None:
        event = {"method": "Page.javascriptDialogClosed", "params": {"result": True}}
        told.hear(self.CLIENTS, "T1", message(event))

    def test_one_that_opened_before_is_open(self, at: Session, told: ToldDialogs) -> None:
        self.opens(told)

        assert at.pages.dialogs == {"T1": Dialog("confirm", "Sure?")}
        assert at.tab().dialog == Dialog("confirm", "Sure?")
        assert at.pages.dialogs == {"T1": Dialog("confirm", "Sure?")}

    @pytest.mark.parametrize("held", [True, False])
    def test_it_is_answered_through_the_client(
        self, at: Session, told: ToldDialogs, held: bool
    ) -> None:
        self.opens(told)

        assert Asked(at.tab().answer_dialog(accept=True, text=None, held=held)).values == [None]
        assert at.sent_to(self.CLIENTS) == ["Page.handleJavaScriptDialog"]

    def test_it_blocks_the_page(self, at: Session, told: ToldDialogs) -> None:
        self.opens(told)

        asked = Asked(at.tab().call(cdp.page.reload()))

        assert [type(error) for error in asked.errors] == [BlockedByDialog]

    def test_a_page_that_it_blocks_can_be_acted_on_without_its_frames(
        self, at: Session, told: ToldDialogs
    ) -> None:
        at.browser.silent.add("Target.setAutoAttach")
        self.opens(told)

        assert at.tab().dialog is not None

    def test_the_frames_are_asked_for_again_at_its_end(
        self, at: Session, told: ToldDialogs
    ) -> None:
        at.browser.silent.add("Target.setAutoAttach")
        self.opens(told)
        tab = at.tab()
        at.clock.advance(10)
        at.browser.silent.clear()
        asked = at.sent_to(TAB).count("Target.setAutoAttach")

        self.closes(told)

        assert at.sent_to(TAB).count("Target.setAutoAttach") == asked + 1
        assert Asked(tab.frames_known()).values == [None]

    def test_it_releases_what_it_holds_up(self, at: Session, told: ToldDialogs) -> None:
        tab = at.tab()
        at.browser.silent.add("Page.reload")
        asked = Asked(tab.call(cdp.page.reload()))

        self.opens(told)

        assert [type(error) for error in asked.errors] == [BlockedByDialog]

    def test_watchers_are_told_of_it_and_its_end(self, at: Session, told: ToldDialogs) -> None:
        tab = at.tab()
        dialogs: list[Dialog | None] = []
        at.pages.watchers.add(lambda: dialogs.append(tab.dialog))

        self.opens(told)
        self.closes(told)

        assert dialogs == [Dialog("confirm", "Sure?"), None]

    def test_of_one_that_both_are_told_of_the_tabs_own_word_counts(
        self, at: Session, told: ToldDialogs
    ) -> None:
        tab = at.tab()
        self.opens(told)
        at.dialog("confirm")
        Asked(tab.answer_dialog(accept=True, text=None))
        closed = {"method": "Page.javascriptDialogClosed", "params": {"result": True}}
        at.browser.emit(closed, TAB)

        assert tab.dialog is None
        assert at.sent_to(self.CLIENTS) == []
        assert "Page.handleJavaScriptDialog" in at.sent_to(TAB)


@pytest.mark.parametrize(
    ("accept", "text", "sent"), [(True, None, "Ada"), (True, "", ""), (False, None, None)]
)
def test_a_prompt_that_is_accepted_without_a_text_gets_its_own(
    at: Session, accept: bool, text: str | None, sent: str | None
) -> None:
    tab = at.tab()
    params = {"type": "prompt", "message": "Name?", "defaultPrompt": "Ada"}
    at.browser.emit({"method": "Page.javascriptDialogOpening", "params": params}, TAB)

    Asked(tab.answer_dialog(accept, text))

    assert at.browser.received[-1]["params"].get("promptText") == sent


def test_a_crash_is_told_to_watchers(at: Session) -> None:
    at.tab()
    crashed: list[bool] = []
    at.pages.watchers.add(lambda: crashed.append(at.pages.has_crashed("T1")))

    for method in ("Inspector.targetCrashed", "Inspector.targetReloadedAfterCrash"):
        at.browser.emit({"method": method, "params": {}}, TAB)

    assert crashed == [True, False]
    assert not at.pages.has_crashed("T9")


class TestCrashes:
    def crash(self, at: Session, event: str = "targetCrashed", session: str = TAB) -> None:
        at.browser.emit({"method": f"Inspector.{event}", "params": {}}, session)

    def test_who_waits_for_a_page_that_crashes_is_told(self, at: Session) -> None:
        tab = at.tab()
        at.browser.silent |= {"Runtime.evaluate", "Page.reload"}
        reading = Asked(tab.call(cdp.runtime.evaluate("1")))
        reviving = Asked(tab.call(cdp.page.reload()))

        self.crash(at)

        assert isinstance(reading.errors[0], CommandRefused)
        assert not reviving.ended

    def test_a_crashed_page_is_asked_for_nothing_until_it_is_back(self, at: Session) -> None:
        tab = at.tab()
        self.crash(at)

        refused = Asked(tab.call(cdp.page.enable()))
        revived = Asked(tab.call(cdp.page.reload()))
        self.crash(at, "targetReloadedAfterCrash")
        asked = Asked(tab.call(cdp.page.enable()))

        assert isinstance(refused.errors[0], CommandRefused)
        assert revived.values == [None]
        assert asked.values == [None]

    def test_a_frame_that_crashes_takes_nothing_with_it(self, at: Session) -> None:
        tab = at.tab()
        at.frame(FRAME, "F")

        self.crash(at, session=FRAME)

        assert Asked(tab.call(cdp.page.reload())).values == [None]
