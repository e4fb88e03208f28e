"""What may hold a tab's commands up; what they do is told by `test_pages.py`."""

from __future__ import annotations

import cdp.page
import cdp.runtime
import pytest
from twisted.internet.defer import CancelledError, Deferred

from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, CommandRefused
from cdp_proxy.core.commands import activate_target
from cdp_proxy.transport.attached_tab import AttachedTab
from cdp_proxy.transport.pages import Pages
from tests.fakes.attached_tab import FRAME, ROOT, TAB, Asked
from tests.fakes.attached_tab import TabOfBrowser as Session


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
