from __future__ import annotations

import pytest

from cdp_proxy.transport.idle_exit import IdleExit
from tests.fakes.container import clock_at


class Idling:
    def __init__(self, idle_seconds: float = 300.0) -> None:
        self.clock = clock_at()
        self.free_to_go = True
        self.left = 0
        self.asked = 0
        self.idle_exit = IdleExit(self.clock, idle_seconds, self.retire, self.leave)

    async def retire(self) -> bool:
        self.asked += 1
        return self.free_to_go

    def leave(self) -> None:
        self.left += 1


@pytest.fixture
def idling() -> Idling:
    return Idling()


def test_a_container_that_nobody_uses_leaves(idling: Idling) -> None:
    idling.idle_exit.use(False)

    idling.clock.advance(299)
    assert idling.left == 0

    idling.clock.advance(1)
    assert idling.left == 1


def test_who_uses_it_keeps_it(idling: Idling) -> None:
    idling.idle_exit.use(False)
    idling.clock.advance(299)

    idling.idle_exit.use(True)
    idling.clock.advance(10_000)

    assert (idling.asked, idling.left) == (0, 0)


def test_the_time_begins_anew_with_each_use(idling: Idling) -> None:
    idling.idle_exit.use(True)
    idling.idle_exit.use(False)
    idling.clock.advance(299)
    idling.idle_exit.use(True)
    idling.idle_exit.use(False)

    idling.clock.advance(299)
    assert idling.left == 0
    idling.clock.advance(1)
    assert idling.left == 1


def test_who_is_on_his_way_keeps_it(idling: Idling) -> None:
    idling.free_to_go = False
    idling.idle_exit.use(False)
    idling.clock.advance(300)
    assert (idling.asked, idling.left) == (1, 0)

    idling.free_to_go = True
    idling.clock.advance(300)
    assert idling.left == 1


def test_a_container_of_the_service_never_leaves() -> None:
    idling = Idling(idle_seconds=0)

    idling.idle_exit.use(False)

    assert idling.clock.getDelayedCalls() == []


def test_a_stopped_watch_leaves_nothing_behind(idling: Idling) -> None:
    idling.idle_exit.use(False)

    idling.idle_exit.stop()

    assert idling.clock.getDelayedCalls() == []
