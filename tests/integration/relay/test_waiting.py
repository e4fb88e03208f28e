"""Clients that come before their session has a container."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.containers import Containers
from bench.redis_server import running_redis
from shared.clock import system_clock
from shared.session_state import EndReason
from shared.store import Growth
from tests.integration.api import gauge
from tests.integration.cdp import CdpClient
from tests.integration.relay.pair import get
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

GROWTH = Growth(wait_seconds=300.0, slots_per_task=1, tasks_max=9)


@pytest.fixture
def containers() -> Iterator[Containers]:
    with running_redis() as url, Containers(url) as containers:
        yield containers


def test_a_client_is_held_until_a_new_container_has_opened_its_session(
    containers: Containers,
) -> None:
    full = containers.start(MAX_SESSIONS="1")
    containers.open()
    session = containers.put_in_line(GROWTH)

    with ThreadPoolExecutor() as threads:
        through_cdp = threads.submit(CdpClient, session.at(full))
        discovery = threads.submit(get, full, f"/json/version?token={session.token}")
        wait_until(lambda: gauge(full.http, "held") == 2, "both being held")
        new = containers.start(MAX_SESSIONS="1")
        with through_cdp.result() as client:
            assert client.page().evaluate("6 * 7") == 42
        assert discovery.result().status == 200

    assert containers.owner_of(session) == new.task_id


def test_a_slot_that_gets_free_is_given_to_who_waits(containers: Containers) -> None:
    only = containers.start(MAX_SESSIONS="1")
    first = containers.open()
    session = containers.put_in_line(GROWTH)

    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(CdpClient, session.at(only))
        wait_until(lambda: gauge(only.http, "held") == 1, "the client being held")
        containers.close(first)
        with waiting.result() as client:
            assert client.page().evaluate("6 * 7") == 42


def test_a_session_that_fails_in_line_refuses_its_clients_with_the_reason(
    containers: Containers,
) -> None:
    only = containers.start(MAX_SESSIONS="1")
    containers.open()
    session = containers.put_in_line(GROWTH)

    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(get, only, f"/json/version?token={session.token}")
        wait_until(lambda: gauge(only.http, "held") == 1, "the client being held")
        containers.store.finish_waiting(
            session.spec.session_id, EndReason.CAPACITY_UNAVAILABLE, system_clock()
        )
        answer = waiting.result()

    assert answer.status == 410
    assert answer.json()["message"] == EndReason.CAPACITY_UNAVAILABLE.text


def test_a_client_is_not_held_for_ever(containers: Containers) -> None:
    only = containers.start(MAX_SESSIONS="1", HOLD_SECONDS="0.5")
    containers.open()
    session = containers.put_in_line(GROWTH)

    answer = get(only, f"/json/version?token={session.token}")

    assert (answer.status, answer.json()["code"]) == (503, "SESSION_NOT_READY")
    assert answer.headers["retry-after"] == "5"


def test_a_container_for_those_in_line_leaves_when_nobody_uses_it(
    containers: Containers,
) -> None:
    session = containers.put_in_line(GROWTH)
    burst = containers.start(IDLE_EXIT_SECONDS="5", START_TOKEN="token-1")
    with CdpClient(session.at(burst)) as client:
        assert client.call("Browser.getVersion")["product"]

    containers.close(session)

    assert burst.process.wait(PATIENCE_SECONDS) == 0
    assert containers.store.live_tasks(system_clock()) == []
