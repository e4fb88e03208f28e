from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import redis

from cdp_proxy.transport.chromium import LaunchFailed
from cdp_proxy.transport.intake import Intake
from shared.errors import Unavailable
from shared.ids import SessionId, StartToken, TaskId
from shared.records import SessionSpec
from shared.session_state import EndReason
from tests.fakes.records import make_spec, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import Registry

TASK = TaskId("task-a")
TOKEN = StartToken("token")


@dataclass
class FakeLine:
    """Who stands in line, in memory."""

    waiting: list[SessionSpec] = field(default_factory=list)
    tokens: list[StartToken | None] = field(default_factory=list)
    back: list[SessionId] = field(default_factory=list)
    away: bool = False

    def take(
        self, task_id: TaskId, now: float, most: int, start: StartToken | None
    ) -> list[SessionSpec]:
        if self.away:
            raise redis.ConnectionError("away")
        self.tokens.append(start)
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def put_back(self, task_id: TaskId, session_id: SessionId, now: float) -> bool:
        if self.away:
            raise redis.ConnectionError("away")
        self.back.append(session_id)
        return True


class Taking(Registry):
    """A registry of two slots, and a line before it."""

    def __init__(self) -> None:
        super().__init__()
        self.line = FakeLine()
        self.intake = Intake(
            self.sessions._resources.blocking,
            self.sessions,
            self.line,  # type: ignore[arg-type]
            self.clock.seconds,
            TOKEN,
        )
        self.sessions.watchers.append(self.intake.look)

    def stand_in_line(self, *names: str) -> None:
        self.line.waiting += [make_spec(name) for name in names]

    def running(self) -> list[SessionId]:
        return [session.spec.session_id for session in self.sessions.running()]


@pytest.fixture
def taking() -> Taking:
    return Taking()


def ids(*names: str) -> list[SessionId]:
    return [session_id_of(name) for name in names]


def test_whoever_there_is_room_for_is_taken_at_the_start(taking: Taking) -> None:
    taking.stand_in_line("one", "two", "three")

    taking.intake.start(TASK)

    assert taking.running() == ids("one", "two")
    assert [spec.session_id for spec in taking.line.waiting] == ids("three")


def test_nobody_is_taken_before_the_task_is_registered(taking: Taking) -> None:
    taking.stand_in_line("one")

    taking.intake.look()

    assert taking.running() == []


def test_the_start_it_was_made_by_is_named_once(taking: Taking) -> None:
    taking.intake.start(TASK)
    taking.intake.look()

    assert taking.line.tokens == [TOKEN, None]


def test_a_start_is_named_again_until_redis_has_heard_of_it(taking: Taking) -> None:
    taking.line.away = True
    taking.intake.start(TASK)

    taking.line.away = False
    taking.intake.look()

    assert taking.line.tokens == [TOKEN]


def test_a_slot_that_gets_free_is_given_to_the_next_at_once(taking: Taking) -> None:
    taking.intake.start(TASK)
    taking.stand_in_line("one", "two", "three")
    taking.intake.look()

    taking.sessions.running()[0].end(EndReason.RELEASED)

    assert taking.running() == ids("two", "three")


def test_a_full_or_draining_container_asks_for_nobody(taking: Taking) -> None:
    taking.intake.start(TASK)
    taking.line.tokens.clear()
    taking.sessions.draining = True
    taking.stand_in_line("one")

    taking.intake.look()

    assert taking.line.tokens == []


def test_who_cannot_be_opened_here_goes_back(taking: Taking) -> None:
    async def refuse() -> None:
        raise Unavailable("no protection")

    taking.sessions.secure = refuse
    taking.stand_in_line("one")

    taking.intake.start(TASK)

    assert taking.line.back == ids("one")
    assert taking.sessions.held == 0


def test_a_browser_that_does_not_start_ends_that_session_alone(taking: Taking) -> None:
    taking.pool.browsers = [LaunchFailed("no display")]
    taking.stand_in_line("one", "two")

    taking.intake.start(TASK)

    assert taking.running() == ids("two")
    assert taking.line.back == []
