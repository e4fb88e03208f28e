from __future__ import annotations

import cdp.page
import cdp.runtime
import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Dialog
from shared.errors import InvalidRequest, TargetNotFound
from tests.fakes.attached_tab import FRAME, NESTED, ROOT, TAB, Asked
from tests.fakes.attached_tab import TabOfBrowser as Session


@pytest.fixture
def at() -> Session:
    return Session()


def test_nothing_is_sent_before_the_first_action(at: Session) -> None:
    assert at.browser.received == []


def test_a_tab_is_attached_once(at: Session) -> None:
    tab = at.tab()

    again = Asked(at.pages.tab("T1"))

    assert again.values == [tab]
    assert at.browser.methods().count("Target.attachToTarget") == 1
    assert at.browser.methods().count("Target.attachToBrowserTarget") == 1
    assert at.sent_to(TAB) == ["Page.enable", "Inspector.enable", "Target.setAutoAttach"]


def test_who_asks_while_a_tab_is_being_attached_gets_it_when_it_is(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.silent.add("Target.attachToTarget")
    first, second = Asked(at.pages.tab()), Asked(at.pages.tab())
    assert not first.ended
    assert not second.ended

    (attach,) = [it for it in at.browser.received if it["method"] == "Target.attachToTarget"]
    at.browser.emit({"id": attach["id"], "result": {"sessionId": TAB}}, ROOT)

    assert first.values == second.values
    assert second.values[0].session == TAB


def test_a_session_without_tabs_has_none_to_act_on(at: Session) -> None:
    (error,) = Asked(at.pages.tab()).errors

    assert isinstance(error, TargetNotFound)


def test_an_unknown_tab_is_the_requests_fault(at: Session) -> None:
    at.tab()

    (error,) = Asked(at.pages.tab("nowhere")).errors

    assert isinstance(error, InvalidRequest)
    assert error.details["field"] == "targetId"


def test_a_tab_that_was_not_attached_is_tried_again(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.errors["Target.attachToTarget"] = "No target with given id found"
    (error,) = Asked(at.pages.tab()).errors
    assert isinstance(error, CommandFailed)

    del at.browser.errors["Target.attachToTarget"]
    assert len(Asked(at.pages.tab()).values) == 1


def test_a_browser_that_does_not_start_is_asked_again(at: Session) -> None:
    at.browser.errors["Target.setDiscoverTargets"] = "no"
    assert len(Asked(at.pages.tab()).errors) == 1

    del at.browser.errors["Target.setDiscoverTargets"]
    (error,) = Asked(at.pages.tab()).errors
    assert isinstance(error, TargetNotFound)


def test_a_new_tab_is_opened_in_the_browser(at: Session) -> None:
    at.browser.results["Target.createTarget"] = {"targetId": "T9"}

    assert Asked(at.pages.open()).values == ["T9"]


def test_a_command_goes_to_the_tab_or_to_the_session_named(at: Session) -> None:
    tab = at.tab()

    Asked(tab.call(cdp.page.bring_to_front()))
    Asked(tab.call(cdp.page.bring_to_front(), FRAME))

    assert at.sent_to(TAB)[-1] == "Page.bringToFront"
    assert at.sent_to(FRAME) == ["Page.bringToFront"]


def test_a_command_that_is_not_answered_ends_in_time(at: Session) -> None:
    tab = at.tab()
    at.browser.silent.add("Page.bringToFront")
    asked = Asked(tab.call(cdp.page.bring_to_front(), timeout_seconds=2.0))
    at.clock.advance(1.9)
    assert not asked.ended

    at.clock.advance(0.2)

    (error,) = asked.errors
    assert isinstance(error, CommandFailed)


def test_a_dialog_releases_the_calls_that_it_holds_up(at: Session) -> None:
    tab = at.tab()
    at.browser.silent.update({"Runtime.enable", "Page.handleJavaScriptDialog"})
    held = Asked(tab.call(cdp.runtime.enable()))

    at.dialog()

    assert [type(error) for error in held.errors] == [BlockedByDialog]
    assert tab.dialog == Dialog("alert", "Hi")


def test_while_a_dialog_is_open_nothing_is_sent_to_the_page(at: Session) -> None:
    tab = at.tab()
    at.dialog()
    before = len(at.browser.received)

    asked = Asked(tab.call(cdp.page.bring_to_front()))

    assert [type(error) for error in asked.errors] == [BlockedByDialog]
    assert len(at.browser.received) == before


def test_a_dialog_is_answered_while_it_blocks_the_page(at: Session) -> None:
    tab = at.tab()
    at.dialog("prompt")

    assert Asked(tab.answer_dialog(True, "Jo")).values == [None]

    assert at.browser.received[-1]["params"] == {"accept": True, "promptText": "Jo"}
    closed = {"method": "Page.javascriptDialogClosed", "params": {"result": True, "userInput": ""}}
    at.browser.emit(closed, TAB)
    assert tab.dialog is None
    assert Asked(tab.call(cdp.page.bring_to_front())).values == [None]


def test_a_late_answer_to_a_released_call_hurts_nobody(at: Session) -> None:
    tab = at.tab()
    at.browser.silent.add("Runtime.enable")
    held = Asked(tab.call(cdp.runtime.enable()))
    command_id = at.browser.received[-1]["id"]
    at.dialog()

    at.browser.emit({"id": command_id, "result": {}}, TAB)

    assert (len(held.errors), held.values) == (1, [])


def test_a_tab_that_closes_ends_its_pending_calls(at: Session) -> None:
    tab = at.tab()
    at.browser.silent.add("Runtime.enable")
    held = [Asked(tab.call(cdp.runtime.enable())) for _ in range(2)]

    at.detach(TAB, ROOT)

    assert [str(asked.errors[0]) for asked in held] == ["the tab has been closed"] * 2
    later = Asked(tab.call(cdp.page.bring_to_front()))
    assert [type(error) for error in later.errors] == [CommandFailed]
    at.browser.caller.lose("done")


def test_a_tab_that_closes_is_attached_anew_when_it_is_asked_for(at: Session) -> None:
    tab = at.tab()

    at.detach(TAB, ROOT)

    assert Asked(at.pages.tab("T1")).values[0] is not tab


def test_frames_come_and_go_however_deep(at: Session) -> None:
    tab = at.tab()
    at.frame(FRAME, "F1")
    at.frame(NESTED, "F2", parent=FRAME)

    assert tab.frame_sessions == {"F1": FRAME, "F2": NESTED}
    assert at.sent_to(NESTED) == ["Page.enable", "Target.setAutoAttach"]

    at.detach(NESTED, FRAME)
    assert tab.frame_sessions == {"F1": FRAME}
    at.detach(FRAME, TAB)
    assert tab.frame_sessions == {}


def test_the_requests_of_a_frame_go_with_it(at: Session) -> None:
    tab = at.tab()
    at.frame(FRAME, "F1")
    params = {"requestId": "1", "type": "Fetch"}
    at.browser.emit({"method": "Network.requestWillBeSent", "params": params}, FRAME)
    assert tab.activity.busy(tab.now())

    at.detach(FRAME, TAB)

    assert not tab.activity.busy(tab.now())


def test_network_events_come_only_while_somebody_watches(at: Session) -> None:
    tab = at.tab()
    at.frame(FRAME, "F1")
    assert "Network.enable" not in at.browser.methods()

    tab.watch(watching=True)
    at.frame(NESTED, "F2", parent=FRAME)
    tab.watch(watching=False)

    for session in (TAB, FRAME, NESTED):
        network = [it for it in at.sent_to(session) if it.startswith("Network.")]
        assert network == ["Network.enable", "Network.disable"]


def test_what_happens_wakes_who_waits(at: Session) -> None:
    tab = at.tab()
    waits = [Asked(tab.changed(5.0)), Asked(tab.changed(9.0))]

    params = {"frameId": "T1"}
    at.browser.emit({"method": "Page.frameStartedLoading", "params": params}, TAB)

    assert [asked.values for asked in waits] == [[True], [True]]
    assert at.clock.getDelayedCalls() == []


def test_who_waits_for_nothing_hears_so_in_time(at: Session) -> None:
    tab = at.tab()
    waiting = Asked(tab.changed(5.0))
    at.clock.advance(4.9)
    assert not waiting.ended

    at.clock.advance(0.2)

    assert waiting.values == [False]
    assert tab._waiting == []
    assert Asked(tab.changed(0.0)).values == [False]


def test_a_tab_that_closes_wakes_who_waits(at: Session) -> None:
    waiting = Asked(at.tab().changed(5.0))

    at.detach(TAB, ROOT)

    assert waiting.values == [True]


def test_sleeping_lets_time_pass(at: Session) -> None:
    tab = at.tab()
    asleep = Asked(tab.sleep(1.0))
    assert not asleep.ended

    at.clock.advance(1.0)

    assert asleep.ended
    assert tab.now() == at.pages.now() == 1.0


def test_commands_are_sent_all_at_once(at: Session) -> None:
    tab = at.tab()
    at.browser.silent.update({"Page.bringToFront", "Runtime.enable"})

    asked = Asked(tab.call_all([cdp.page.bring_to_front(), cdp.runtime.enable()]))

    assert at.sent_to(TAB)[-2:] == ["Page.bringToFront", "Runtime.enable"]
    assert not asked.ended
    at.clock.advance(10.1)
    assert [type(error).__mro__[1] for error in asked.errors] == [CommandFailed]


def test_all_have_ended_when_one_of_them_failed(at: Session) -> None:
    tab = at.tab()
    at.browser.errors["Page.bringToFront"] = "no"
    at.browser.silent.add("Runtime.enable")

    asked = Asked(tab.call_all([cdp.page.bring_to_front(), cdp.runtime.enable()]))
    assert not asked.ended

    at.browser.emit({"id": at.browser.received[-1]["id"], "result": {}}, TAB)
    assert [str(error) for error in asked.errors] == ["no"]


def test_gathered_results_are_in_order(at: Session) -> None:
    tab = at.tab()

    async def after(seconds: float) -> float:
        await tab.sleep(seconds)
        return seconds

    asked = Asked(tab.gather([after(3.0), after(1.0), after(2.0)]))
    at.clock.pump([1.0, 1.0, 1.0])

    assert asked.values == [[3.0, 1.0, 2.0]]
