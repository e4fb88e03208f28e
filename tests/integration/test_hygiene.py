"""Two hundred sessions come and go in every way there is; nothing stays behind."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.processes import (
    browsers_of,
    command_line,
    descendants,
    folders_below,
    zombies,
)
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

SLOTS = 6
WARM = 2
CYCLES = 200
HEARTBEAT_SECONDS = 6.0
_SHORT_LIFE_SECONDS = 8.0
"""Both long enough for a slow machine to beat, and to open a session, in time."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    environment = {"HEARTBEAT_TTL_SECONDS": str(HEARTBEAT_SECONDS)}
    options = ("--max-sessions", str(SLOTS), "--warm", str(WARM))
    with Stack(*options, environment=environment) as running:
        yield running


def _delete(stack: Stack, browser: RemoteBrowser) -> None:
    stack.api.delete(browser.id)
    assert stack.status(browser) == ("ended", "released")


def _close(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(browser.connect_url) as client:
        client.call("Browser.close")
        client.wait_closed()
    stack.wait_ended(browser, status="ended", reason="browser_closed")


def _kill(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(browser.connect_url) as client:
        os.kill(client.browser_pid(), signal.SIGKILL)
        client.wait_closed()
    stack.wait_ended(browser, status="failed", reason="browser_crashed")


def _expire(stack: Stack, browser: RemoteBrowser) -> None:
    stack.wait_ended(browser, status="timed_out", reason="hard_timeout")


Ending = Callable[[Stack, RemoteBrowser], None]

BATCH: Sequence[Ending] = (_delete, _close, _kill, _delete, _close, _kill)
"""One ending for each slot."""
PATIENT_BATCH: Sequence[Ending] = (_delete, _close, _kill, _expire, _expire, _expire)
"""The endings that take their time are the last, and take it together."""
BATCHES_BETWEEN_PATIENT_ONES = 4
BATCHES_BETWEEN_CONTAINER_KILLS = 11


def _create(stack: Stack, ending: Ending) -> RemoteBrowser:
    if ending is _expire:
        return stack.place(lasts_seconds=_SHORT_LIFE_SECONDS)
    return stack.api.create(keepAlive=ending is not _close)


def _live(stack: Stack, browsers: Sequence[RemoteBrowser]) -> int:
    return sum(stack.status(browser)[0] in {"initializing", "active"} for browser in browsers)


def _free_slots_are_the_truth(stack: Stack, browsers: Sequence[RemoteBrowser]) -> None:
    """Sessions end by themselves too: what was read while one did tells nothing."""

    def read() -> tuple[int, int] | None:
        live = _live(stack, browsers)
        free = stack.free_slots()
        return (live, free) if _live(stack, browsers) == live else None

    live, free = wait_until(read, "a moment in which no session ends")
    assert free == SLOTS - live


def _kill_container(stack: Stack, browsers: Sequence[RemoteBrowser]) -> None:
    killed = stack.container()
    killed.kill()
    for browser in browsers:
        stack.wait_ended(browser, status="failed", reason="container_lost")
    wait_until(lambda: stack.free_slots() == SLOTS, "a new container's slots")
    wait_until(lambda: stack.container().pid != killed.pid, "a new container")


def test_two_hundred_cycles_leave_nothing_behind(stack: Stack) -> None:
    done: Counter[str] = Counter()
    batches = 0
    with ThreadPoolExecutor(SLOTS) as pool:
        while done.total() < CYCLES:
            batches += 1
            if batches % BATCHES_BETWEEN_CONTAINER_KILLS == 0:
                browsers = list(pool.map(lambda _: stack.api.create(), range(SLOTS)))
                _free_slots_are_the_truth(stack, browsers)
                _kill_container(stack, browsers)
                done["container killed"] += SLOTS
                continue
            batch = BATCH if batches % BATCHES_BETWEEN_PATIENT_ONES else PATIENT_BATCH
            browsers = list(pool.map(lambda ending: _create(stack, ending), batch))
            _free_slots_are_the_truth(stack, browsers)
            for ending, browser in zip(batch, browsers, strict=True):
                ending(stack, browser)
                done[ending.__name__] += 1
                _free_slots_are_the_truth(stack, browsers)
            assert stack.free_slots() == SLOTS

    assert done.total() >= CYCLES
    assert set(done) == {"_delete", "_close", "_kill", "_expire", "container killed"}
    _nothing_is_left(stack)


def _nothing_is_left(stack: Stack) -> None:
    container = stack.container()
    wait_until(lambda: len(browsers_of(container.pid)) == WARM, "only warm browsers")
    wait_until(lambda: not zombies(descendants(stack.process.pid)), "the last zombie's end")
    expected = {container.pid, stack.redis_server().pid}
    wait_until(lambda: _not_of_browsers(stack, container) == expected, "the end of all others")

    (root,) = folders_below(stack.scratch)
    wait_until(
        lambda: len([folder for folder in folders_below(root) if folder.is_dir()]) == WARM,
        "no folders but those of warm browsers",
    )
    assert stack.redis.keys("wc:leases:*") == []
    assert len(stack.redis.zrange("wc:tasks", 0, -1)) == 1


def _not_of_browsers(stack: Stack, container: psutil.Process) -> set[int]:
    """Ids of the edition's processes that belong to none of the container's browsers."""
    below = {process.pid for process in descendants(stack.process.pid)}
    warm = {browser.pid for browser in browsers_of(container.pid)}
    return below - warm - {process.pid for leader in warm for process in descendants(leader)}


def test_full_chromium_leaves_nothing_behind_either(full_stack: Stack) -> None:
    container = full_stack.container()

    for _ in range(2):
        full_stack.api.delete(full_stack.api.create().id)

    wait_until(lambda: not zombies(descendants(container.pid)), "the last zombie's end")
    wait_until(lambda: not _crashpads(container), "the end of every crash handler")


def _crashpads(container: psutil.Process) -> list[str]:
    lines = [command_line(process) for process in descendants(container.pid)]
    return [line for line in lines if "crashpad" in line]
