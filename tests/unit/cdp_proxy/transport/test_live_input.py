from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.ports import CommandFailed
from shared.envelope.incoming import (
    FrameSize,
    InputDescription,
    KeyInput,
    MouseInput,
    TextInput,
    TouchInput,
    TouchPoint,
)
from shared.errors import DialogOpen, InvalidRequest, TargetNotFound
from shared.limits import INPUT_PENDING_MAX
from tests.fakes.attached_tab import Asked
from tests.fakes.one_channel import OneChannel, TabbedSession

KEY, TEXT = "Input.dispatchKeyEvent", "Input.insertText"


@pytest.fixture
def session() -> TabbedSession:
    session = TabbedSession()
    session.open_tab("T1")
    return session


def dispatched(
    session: TabbedSession, event: InputDescription, target_id: str | None = None
) -> Asked:
    """What became of an event, once the page has taken it."""

    async def taken() -> None:
        await (await session.live.input.dispatch(event, target_id))

    return Asked(taken())


def where(session: TabbedSession, method: str) -> list[Any]:
    return [command["sessionId"] for command in session.sent(method)]


def test_an_event_is_sent_at_once_and_ends_when_the_page_has_taken_it(
    session: TabbedSession,
) -> None:
    session.browser.silent.add(KEY)
    press = dispatched(session, KeyInput(action="press", key="a"))
    assert len(session.sent(KEY)) == 2
    assert not press.ended

    session.browser.answer(KEY)

    assert press.values == [None]


def test_events_are_sent_in_the_order_they_came(session: TabbedSession) -> None:
    session.browser.silent.add(TEXT)
    for text in "abc":
        dispatched(session, TextInput(text=text))

    assert [command["params"]["text"] for command in session.sent(TEXT)] == ["a", "b", "c"]


def test_a_page_that_does_not_take_it_fails_it_once(session: TabbedSession) -> None:
    session.browser.errors[KEY] = "no"

    (error,) = dispatched(session, KeyInput(action="press", key="a")).errors

    assert isinstance(error, CommandFailed)
    assert str(error) == "no"


def test_it_goes_to_the_tab_that_is_named_else_shown_else_active(session: TabbedSession) -> None:
    session.open_tab("T2")
    dispatched(session, TextInput(text="active"))
    viewer = OneChannel(session=session)
    viewer.say("START_SCREENCAST", options={"targetId": "T1"})
    dispatched(session, TextInput(text="shown"))
    dispatched(session, TextInput(text="named"), "T2")

    (one,), (two,) = session.flat["T1"], session.flat["T2"]
    assert where(session, TEXT) == [two, one, two]


def test_places_in_a_picture_are_mapped_to_the_page(session: TabbedSession) -> None:
    viewer = OneChannel(session=session)
    viewer.say("START_SCREENCAST")
    session.frame("T1")

    dispatched(session, MouseInput(action="move", x=10, y=10, frame=FrameSize(640, 360)))

    (command,) = session.sent("Input.dispatchMouseEvent")
    assert (command["params"]["x"], command["params"]["y"]) == (20, 20)


def test_places_in_a_picture_that_nobody_was_shown_are_refused(session: TabbedSession) -> None:
    event = MouseInput(action="move", x=10, y=10, frame=FrameSize(640, 360))

    assert isinstance(dispatched(session, event).errors[0], InvalidRequest)


def test_fingers_are_of_one_tab(session: TabbedSession) -> None:
    session.open_tab("T2")
    two = (TouchPoint(1, 2), TouchPoint(3, 4, 1))
    dispatched(session, TouchInput(action="start", points=two), "T1")
    dispatched(session, TouchInput(action="end", points=two[:1]), "T2")
    dispatched(session, TouchInput(action="start", points=two), "T1")
    dispatched(session, TouchInput(action="end", points=two[:1]), "T1")

    kinds = [it["params"]["type"] for it in session.sent("Input.dispatchTouchEvent")]
    assert kinds == ["touchStart", "touchMove", "touchStart", "touchEnd"]


def test_a_dialog_that_is_open_blocks_it(session: TabbedSession) -> None:
    dispatched(session, TextInput(text="x"))
    session.dialog("T1", "confirm")

    (error,) = dispatched(session, TextInput(text="y")).errors

    assert isinstance(error, DialogOpen)
    assert error.details == {"kind": "confirm", "text": "Hi"}


def test_a_dialog_that_opens_at_it_means_that_it_was_taken(session: TabbedSession) -> None:
    session.browser.silent.add(TEXT)
    taken = dispatched(session, TextInput(text="x"))

    session.dialog("T1")

    assert taken.values == [None]


def test_so_many_wait_for_the_page_and_no_more(session: TabbedSession) -> None:
    session.browser.silent.add(TEXT)
    waiting = [dispatched(session, TextInput(text="x")) for _ in range(INPUT_PENDING_MAX)]

    (error,) = dispatched(session, TextInput(text="x")).errors
    session.browser.answer(TEXT)

    assert isinstance(error, InvalidRequest)
    assert all(it.values for it in waiting)
    assert dispatched(session, TextInput(text="x")).values


def test_it_waits_for_no_human(session: TabbedSession) -> None:
    session.live.takeover.take()

    assert dispatched(session, TextInput(text="x")).values


@pytest.mark.parametrize(("target_id", "kind"), [(None, TargetNotFound), ("T1", InvalidRequest)])
def test_without_a_tab_there_is_nobody_to_take_it(
    session: TabbedSession, target_id: str | None, kind: type
) -> None:
    session.close_tab("T1")

    (error,) = dispatched(session, TextInput(text="x"), target_id).errors

    assert isinstance(error, kind)


def test_a_tab_that_closes_fails_what_it_has_not_taken(session: TabbedSession) -> None:
    session.browser.silent.add(TEXT)
    waiting = dispatched(session, TextInput(text="x"))

    session.close_tab("T1")

    assert isinstance(waiting.errors[0], CommandFailed)
