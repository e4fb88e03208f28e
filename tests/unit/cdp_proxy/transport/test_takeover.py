from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from cdp_proxy.core.control import HELD_TEXT
from cdp_proxy.core.multiplexer import Member
from cdp_proxy.transport.takeover import Takeover
from shared.errors import ControlHeld
from shared.limits import CONTROL_TTL_SECONDS_DEFAULT, CONTROL_WAIT_SECONDS, CONTROL_WAITING_MAX
from shared.session_state import EndReason
from tests.fakes.attached_tab import Asked
from tests.fakes.container import FakeSocket, OneSession
from tests.unit.cdp_proxy.transport.test_session import admitted, send

CLICK = "Input.dispatchMouseEvent"
HELD = {"code": -32000, "message": HELD_TEXT}


class Held(OneSession):
    """A session with one client, held by a human."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.start()
        self.socket = FakeSocket()
        self.member = admitted(self, self.socket)
        self.takeover: Takeover = self.live.takeover
        self.told: list[Any] = []
        self.takeover.watchers.add(lambda: self.told.append(self.takeover.info))
        self.takeover.take(600)

    def command(self, number: int, method: str = CLICK, member: Member | None = None) -> None:
        send(self, member or self.member, method, id=number)

    def answers(self) -> list[Any]:
        return [json.loads(message) for message in self.socket.got]

    def clicks(self) -> list[int]:
        return [it["id"] for it in self.browser.received if it["method"] == CLICK]


@pytest.fixture
def held() -> Held:
    return Held()


def send_numbered(held: Held, numbers: range) -> None:
    for number in numbers:
        message = json.dumps({"id": number, "method": CLICK}).encode()
        held.live.from_client(held.member, message)
    held.live.flush()


class TestHolder:
    def test_it_is_the_agents_first_and_the_humans_for_a_time(self) -> None:
        one = OneSession()
        takeover = one.live.takeover
        before = takeover.info

        takeover.take()

        assert (before.holder, before.expires_at, before.waiting) == ("agent", None, 0)
        assert takeover.held
        assert takeover.info.holder == "human"
        assert takeover.info.expires_at == one.clock.seconds() + CONTROL_TTL_SECONDS_DEFAULT

    def test_those_who_watch_hear_of_each_change(self, held: Held) -> None:
        held.command(1)
        held.takeover.hand_back()

        heard = [(info.holder, info.waiting) for info in held.told]
        assert heard == [("human", 0), ("human", 1), ("agent", 0)]

    def test_handing_back_what_one_does_not_hold_changes_nothing(self, held: Held) -> None:
        held.takeover.hand_back()
        held.takeover.hand_back()

        assert [info.holder for info in held.told] == ["human", "agent"]

    def test_the_time_may_be_over(self, held: Held) -> None:
        held.command(1)

        held.clock.advance(CONTROL_WAIT_SECONDS - 1)
        held.takeover.take(10)
        held.clock.advance(10)

        assert not held.takeover.held
        assert held.told[-1].holder == "agent"

    def test_it_may_be_taken_for_longer(self, held: Held) -> None:
        held.clock.advance(500)
        held.takeover.take(600)
        held.clock.advance(500)

        assert held.takeover.held


class TestCommands:
    def test_what_mutates_waits_and_what_reads_does_not(self, held: Held) -> None:
        held.command(1)
        held.command(2, "Runtime.evaluate")

        assert held.clicks() == []
        assert [answer["id"] for answer in held.answers()] == [2]
        assert held.takeover.info.waiting == 1

    def test_what_waited_goes_on_in_order(self, held: Held) -> None:
        send_numbered(held, range(1, 6))

        held.takeover.hand_back()

        assert held.clicks() == [1, 2, 3, 4, 5]
        assert [answer["id"] for answer in held.answers()] == [1, 2, 3, 4, 5]

    def test_what_has_waited_too_long_is_refused_and_the_rest_waits_on(self, held: Held) -> None:
        held.command(1)
        held.clock.advance(5)
        held.command(2)

        held.clock.advance(CONTROL_WAIT_SECONDS - 5)

        assert held.answers() == [{"id": 1, "error": HELD}]
        assert held.socket.flushed > 0
        assert held.takeover.info.waiting == 1
        held.takeover.hand_back()
        assert held.clicks() == [2]

    def test_so_many_wait_and_the_next_is_refused_at_once(self, held: Held) -> None:
        send_numbered(held, range(CONTROL_WAITING_MAX + 1))

        assert held.answers() == [{"id": CONTROL_WAITING_MAX, "error": HELD}]

    def test_a_client_that_leaves_takes_its_own_along(self, held: Held) -> None:
        other = admitted(held, FakeSocket())
        held.command(1)
        held.command(2, member=other)

        held.live.depart(held.member)
        held.live.depart(other)

        assert held.takeover.info.waiting == 0
        assert [info.waiting for info in held.told] == [0, 1, 2, 1, 0]

    def test_browser_close_waits_too(self, held: Held) -> None:
        held.command(1, "Browser.close")
        assert held.socket.closed is None

        held.takeover.hand_back()

        assert held.socket.closed is not None

    def test_the_end_refuses_what_waits_and_leaves_no_timer(self, held: Held) -> None:
        held.command(1)

        held.live.end(EndReason.RELEASED)
        held.takeover.take(600)

        assert held.answers() == [{"id": 1, "error": HELD}]
        assert not held.takeover.held
        assert held.clock.getDelayedCalls() == []


class TestSteps:
    """Steps of an action."""

    def test_one_that_reads_does_not_wait(self, held: Held) -> None:
        assert Asked(held.takeover.passage("Runtime.evaluate")).values == [None]

    def test_one_waits_for_nobody_while_the_agent_has_it(self, held: Held) -> None:
        held.takeover.hand_back()

        assert Asked(held.takeover.passage(CLICK)).values == [None]

    def test_one_that_mutates_waits(self, held: Held) -> None:
        step = Asked(held.takeover.passage(CLICK))
        assert (step.ended, held.takeover.info.waiting) == (False, 1)

        held.takeover.hand_back()

        assert step.values == [None]

    def test_one_that_has_waited_too_long_fails(self, held: Held) -> None:
        step = Asked(held.takeover.passage(CLICK))

        held.clock.advance(CONTROL_WAIT_SECONDS)

        assert isinstance(step.errors[0], ControlHeld)

    def test_one_that_is_cut_off_waits_no_more(self, held: Held) -> None:
        cut_off = Deferred.fromCoroutine(held.takeover.passage(CLICK))
        cut_off.addErrback(lambda failure: failure.trap(CancelledError))

        cut_off.cancel()

        assert held.takeover.info.waiting == 0
        held.takeover.hand_back()

    def test_one_that_is_cut_off_by_what_another_does_is_left_alone(self, held: Held) -> None:
        first = Deferred.fromCoroutine(held.takeover.passage(CLICK))
        second = Deferred.fromCoroutine(held.takeover.passage(CLICK))
        second.addErrback(lambda failure: failure.trap(CancelledError))
        first.addCallback(lambda _none: second.cancel())

        held.takeover.hand_back()

        assert second.called

    def test_the_end_fails_them(self, held: Held) -> None:
        step = Asked(held.takeover.passage(CLICK))

        held.live.end(EndReason.RELEASED)

        assert isinstance(step.errors[0], ControlHeld)
