from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.transport.tab_commands import run_tab_command
from shared.envelope.incoming import TabCommand
from shared.errors import InvalidRequest, NavigationFailed, TargetNotFound
from tests.fakes.attached_tab import Asked
from tests.fakes.one_channel import OneChannel, TabbedSession

ENTRIES = [{"id": 11, "url": "a", "title": ""}, {"id": 12, "url": "b", "title": ""}]


@pytest.fixture
def session() -> TabbedSession:
    session = TabbedSession()
    session.open_tab("T1")
    session.open_tab("T2")
    return session


def run(session: TabbedSession, action: Any, **fields: Any) -> Asked:
    return Asked(run_tab_command(session.live, TabCommand(action=action, **fields)))


def sent(session: TabbedSession, method: str) -> dict[str, Any]:
    (command,) = session.sent(method)
    params: dict[str, Any] = command.get("params", {})
    return params


def test_a_tab_is_opened_where_told(session: TabbedSession) -> None:
    session.browser.results["Target.createTarget"] = {"targetId": "T3"}

    assert run(session, "open", url="https://example.com").values == ["T3"]
    assert sent(session, "Target.createTarget")["url"] == "https://example.com"


def test_a_tab_is_opened_empty(session: TabbedSession) -> None:
    session.browser.results["Target.createTarget"] = {"targetId": "T3"}

    run(session, "open")

    assert sent(session, "Target.createTarget")["url"] == "about:blank"


def test_a_tab_is_activated(session: TabbedSession) -> None:
    assert run(session, "activate", target_id="T1").values == ["T1"]

    active = session.live.pages.tabs.active
    assert active is not None
    assert active.target_id == "T1"
    assert sent(session, "Target.activateTarget") == {"targetId": "T1"}


def test_a_tab_that_closes_while_it_is_activated_is_no_accident(session: TabbedSession) -> None:
    session.browser.silent.add("Target.activateTarget")
    activated = run(session, "activate", target_id="T1")

    session.close_tab("T1")

    assert isinstance(activated.errors[0], CommandFailed)


def test_a_tab_is_closed(session: TabbedSession) -> None:
    session.browser.results["Target.closeTarget"] = {"success": True}

    closing = run(session, "close")
    answered_before = closing.ended
    session.close_tab("T2")

    assert sent(session, "Target.closeTarget") == {"targetId": "T2"}
    assert (answered_before, closing.values) == (False, ["T2"])


def test_a_tab_that_asks_whether_to_leave_it_is_left_to_who_is_asked(
    session: TabbedSession,
) -> None:
    session.browser.results["Target.closeTarget"] = {"success": True}
    closing = run(session, "close")

    session.dialog("T2", "beforeunload")

    assert closing.values == ["T2"]


def test_a_tab_that_does_not_close_is_not_waited_for_without_end(session: TabbedSession) -> None:
    session.browser.results["Target.closeTarget"] = {"success": True}
    closing = run(session, "close")

    session.clock.advance(5)

    assert closing.values == ["T2"]


class TestNavigation:
    def test_the_active_tab_goes_there(self, session: TabbedSession) -> None:
        session.browser.results["Page.navigate"] = {"frameId": "F", "loaderId": "L"}

        assert run(session, "navigate", url="https://example.com").values == ["T2"]
        assert sent(session, "Page.navigate") == {"url": "https://example.com"}

    def test_what_cannot_be_loaded_is_told(self, session: TabbedSession) -> None:
        session.browser.results["Page.navigate"] = {"errorText": "net::ERR_NAME_NOT_RESOLVED"}

        (error,) = run(session, "navigate", url="https://nowhere.example").errors

        assert isinstance(error, NavigationFailed)
        assert error.details == {"reason": "net::ERR_NAME_NOT_RESOLVED"}

    def test_a_download_is_no_failure(self, session: TabbedSession) -> None:
        session.browser.results["Page.navigate"] = {"errorText": "net::ERR_ABORTED"}

        assert run(session, "navigate", url="https://example.com/file").values == ["T2"]

    @pytest.mark.parametrize("action", ["navigate", "open"])
    def test_what_may_not_be_opened_is_refused(self, session: TabbedSession, action: str) -> None:
        (error,) = run(session, action, url="file:///etc/passwd").errors

        assert isinstance(error, InvalidRequest)
        assert error.details == {"field": "url"}

    def test_nowhere_is_no_place_to_go(self, session: TabbedSession) -> None:
        (error,) = run(session, "navigate").errors

        assert isinstance(error, InvalidRequest)

    def test_a_page_is_loaded_again(self, session: TabbedSession) -> None:
        assert run(session, "reload").values == ["T2"]
        assert session.sent("Page.reload")


class TestHistory:
    @pytest.mark.parametrize(("action", "at", "entry"), [("back", 1, 11), ("forward", 0, 12)])
    def test_one_goes_through_it(
        self, session: TabbedSession, action: str, at: int, entry: int
    ) -> None:
        history = {"currentIndex": at, "entries": ENTRIES}
        session.browser.results["Page.getNavigationHistory"] = history

        run(session, action)

        assert sent(session, "Page.navigateToHistoryEntry") == {"entryId": entry}

    @pytest.mark.parametrize(("action", "at"), [("back", 0), ("forward", 1)])
    def test_at_its_end_nothing_happens(self, session: TabbedSession, action: str, at: int) -> None:
        history = {"currentIndex": at, "entries": ENTRIES}
        session.browser.results["Page.getNavigationHistory"] = history

        assert run(session, action).values == ["T2"]
        assert session.sent("Page.navigateToHistoryEntry") == []

    @pytest.mark.parametrize(
        ("action", "method"), [("back", "Page.navigateToHistoryEntry"), ("reload", "Page.reload")]
    )
    def test_between_two_pages_one_waits_a_little(
        self, session: TabbedSession, action: str, method: str
    ) -> None:
        history = {"currentIndex": 1, "entries": ENTRIES}
        session.browser.results["Page.getNavigationHistory"] = history
        session.browser.errors[method] = "Not attached to an active page"
        gone = run(session, action)
        assert not gone.ended

        session.browser.errors.clear()
        session.clock.advance(1)

        assert gone.values == ["T2"]

    @pytest.mark.parametrize("words", ["Not attached to an active page", "Internal error"])
    def test_what_does_not_pass_is_told(self, session: TabbedSession, words: str) -> None:
        session.browser.errors["Page.getNavigationHistory"] = words

        gone = run(session, "back")
        session.clock.pump([1.0] * 4)

        assert isinstance(gone.errors[0], CommandFailed)


@pytest.mark.parametrize(
    ("action", "text", "params"),
    [
        ("acceptDialog", "seven", {"accept": True, "promptText": "seven"}),
        ("acceptDialog", None, {"accept": True}),
        ("dismissDialog", "seven", {"accept": False}),
    ],
)
def test_dialogs_are_answered(
    session: TabbedSession, action: str, text: str | None, params: dict[str, Any]
) -> None:
    run(session, "activate", target_id="T1")
    session.dialog("T1", "prompt")

    assert run(session, action, text=text).values == ["T1"]
    assert sent(session, "Page.handleJavaScriptDialog") == params


def test_the_tab_that_is_shown_is_meant(session: TabbedSession) -> None:

    OneChannel(session=session).say("START_SCREENCAST", options={"targetId": "T1"})

    assert run(session, "reload").values == ["T1"]


def test_they_wait_for_no_human(session: TabbedSession) -> None:
    session.live.takeover.take()

    assert run(session, "reload").values == ["T2"]


def test_they_keep_the_session_from_being_idle(session: TabbedSession) -> None:
    before = session.live._lifecycle.due()
    session.clock.advance(60)

    run(session, "reload")

    assert session.live._lifecycle.due() > before


@pytest.mark.parametrize(("target_id", "kind"), [(None, TargetNotFound), ("T9", InvalidRequest)])
def test_a_tab_that_is_not_there_is_told(
    session: TabbedSession, target_id: str | None, kind: type
) -> None:
    session.close_tab("T1")
    session.close_tab("T2")

    assert isinstance(run(session, "reload", target_id=target_id).errors[0], kind)
