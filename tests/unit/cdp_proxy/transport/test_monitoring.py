from __future__ import annotations

import pytest

from cdp_proxy.core.screencast_events import FrameCame, TabsChanged
from cdp_proxy.transport.monitoring import Monitoring
from shared.ids import TaskId
from shared.session_state import EndReason
from tests.fakes.records import session_id_of
from tests.fakes.screen import captured
from tests.unit.cdp_proxy.transport.test_heartbeat import Beating
from tests.unit.cdp_proxy.transport.test_screencast import FakeAudience


class Watched(Beating):
    def __init__(self) -> None:
        super().__init__()
        self.monitoring = Monitoring(
            self.clock,
            TaskId("task-a"),
            self.sessions,
            self.pool,  # type: ignore[arg-type]
            self.heartbeat,
        )

    def values(self) -> dict[str, float]:
        lines = self.monitoring.metrics().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_health_says_what_runs_here(watched: Watched) -> None:
    watched.open()
    watched.pool.warm = 2
    watched.clock.advance(1.2345)

    assert watched.monitoring.health() == {
        "status": "ok",
        "containerId": "task-a",
        "sessions": 1,
        "maxSessions": 2,
        "warm": 2,
        "screencasts": 0,
        "viewers": 0,
        "screencastStats": {
            "framesSent": 0,
            "framesSkipped": 0,
            "bytesTransmitted": 0,
            "actualFps": 0,
            "frameAgeP95Ms": None,
        },
        "draining": False,
        "superseded": False,
        "redis": "connected",
        "uptimeSeconds": pytest.approx(1.2345, abs=0.001),
    }
    assert watched.monitoring.healthy


def test_a_container_whose_browsers_do_not_start_is_unhealthy(watched: Watched) -> None:
    watched.pool.healthy = False

    assert watched.monitoring.health()["status"] == "unhealthy"
    assert not watched.monitoring.healthy


def test_with_sessions_it_stays_although_no_more_browsers_start(watched: Watched) -> None:
    watched.open()
    watched.pool.healthy = False

    assert watched.monitoring.health()["status"] == "unhealthy"
    assert watched.monitoring.healthy, "or ECS would stop it under its sessions"
    assert watched.sessions.free_slots == 1
    assert watched.sessions.slots_offered == watched.values()["wallcrawler_slots_free"] == 0


def test_a_draining_container_wants_no_sessions(watched: Watched) -> None:
    watched.sessions.draining = True

    assert watched.monitoring.health()["status"] == "draining"
    assert not watched.monitoring.healthy


def test_a_superseded_container_says_so_and_is_sound(watched: Watched) -> None:
    watched.heartbeat.superseded = True

    assert watched.monitoring.health()["superseded"] is True
    assert watched.monitoring.health()["status"] == "ok"
    assert watched.values()["wallcrawler_superseded"] == 1
    assert watched.monitoring.healthy, "or ECS would stop it under its sessions"


def test_without_redis_it_says_so(watched: Watched) -> None:
    watched.heartbeat.connected = False

    assert watched.monitoring.health()["redis"] == "away"
    assert watched.values()["wallcrawler_redis_connected"] == 0


def test_metrics_are_of_this_moment(watched: Watched) -> None:
    watched.open()
    watched.sessions.unreported = {session_id_of("two"): EndReason.RELEASED}

    values = watched.values()

    assert values["wallcrawler_sessions"] == 1
    assert values["wallcrawler_sessions_max"] == 2
    assert values["wallcrawler_slots_free"] == 1
    assert values["wallcrawler_cdp_clients"] == 0
    assert values["wallcrawler_unreported_ends"] == 1
    assert values["wallcrawler_draining"] == 0


def test_ends_are_counted_by_reason(watched: Watched) -> None:
    watched.open()
    watched.close()

    assert watched.values()['wallcrawler_sessions_ended_total{reason="released"}'] == 1


def test_who_watches_and_what_they_got_is_counted(watched: Watched) -> None:
    watched.open()
    (session,) = watched.sessions.running()
    viewer = FakeAudience(session.screencast)
    viewer.watch()
    session.takeover.take()
    core = session.screencast._core
    core.handle(TabsChanged(("T1",), "T1"), 10.0)
    core.handle(FrameCame(captured(timestamp=9.0)), 10.0)

    values = watched.values()

    one = f'session="{session.spec.session_id}"'
    assert watched.monitoring.health()["screencasts"] == 1
    assert watched.monitoring.health()["viewers"] == 1
    assert values["wallcrawler_screencast_viewers"] == 1
    assert values["wallcrawler_sessions_held_by_humans"] == 1
    assert values[f"wallcrawler_screencast_frames_sent_total{{{one}}}"] == 1
    age = "wallcrawler_screencast_frame_age_seconds"
    assert values[f'{age}{{quantile="0.95",{one}}}'] == 1.0
