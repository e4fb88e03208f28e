"""Two hundred sessions come and go in every way there is; nothing stays behind."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

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
from tests.integration.test_isolation import browser_pid
from tests.integration.waiting import wait_until

SLOTS = 6
WARM = 2
CYCLES = 200
HEARTBEAT_SECONDS = 1.5
_SHORT_LIFE_SECONDS = 2.0
_ENDED_SECONDS = 10.0


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
    stack.wait_ended(browser, _ENDED_SECONDS, status="ended", reason="browser_closed")


def _kill(stack: Stack, browser: RemoteBrowser) -> None:
    with CdpClient(browser.connect_url) as client:
        os.kill(browser_pid(client), signal.SIGKILL)
        client.wait_closed()
    stack.wait_ended(browser, _ENDED_SECONDS, status="failed", reason="browser_crashed")


def _expire(stack: Stack, browser: RemoteBrowser) -> None:
    stack.wait_ended(browser, _ENDED_SECONDS, status="timed_out", reason="hard_timeout")


Ending = Callable[[Stack, RemoteBrowser], None]

BATCH: Sequence[Ending] = (_delete, _close, _kill, _delete, _close, _expire)
"""One ending for each slot; the one that takes its time is the last."""
BATCHES_BETWEEN_CONTAINER_KILLS = 11


def _create(stack: Stack, ending: Ending) -> RemoteBrowser:
    if ending is _expire:
        return stack.place(lasts_seconds=_SHORT_LIFE_SECONDS)
    return stack.api.create(keepAlive=ending is not _close)


def _free_slots_are_the_truth(stack: Stack, browsers: Sequence[RemoteBrowser]) -> None:
    live = sum(stack.status(browser)[0] in {"initializing", "active"} for browser in browsers)
    assert stack.free_slots() == SLOTS - live


def _kill_container(stack: Stack, browsers: Sequence[RemoteBrowser]) -> None:
    killed = stack.container()
    killed.kill()
    for browser in browsers:
        stack.wait_ended(browser, _ENDED_SECONDS, status="failed", reason="container_lost")
    wait_until(lambda: stack.free_slots() == SLOTS, _ENDED_SECONDS, "a new container's slots")
    wait_until(lambda: stack.container().pid != killed.pid, _ENDED_SECONDS, "a new container")


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
            browsers = list(pool.map(lambda ending: _create(stack, ending), BATCH))
            _free_slots_are_the_truth(stack, browsers)
            for ending, browser in zip(BATCH, browsers, strict=True):
                ending(stack, browser)
                done[ending.__name__] += 1
                _free_slots_are_the_truth(stack, browsers)
            assert stack.free_slots() == SLOTS

    assert done.total() >= CYCLES
    assert set(done) == {"_delete", "_close", "_kill", "_expire", "container killed"}
    _nothing_is_left(stack)


def _nothing_is_left(stack: Stack) -> None:
    container = stack.container()
    wait_until(lambda: len(browsers_of(container.pid)) == WARM, 15, "only warm browsers")
    below = descendants(stack.process.pid)
    assert zombies(below) == []

    warm = {browser.pid for browser in browsers_of(container.pid)}
    owned = {process.pid for leader in warm for process in descendants(leader)} | warm
    strays = {process.pid for process in below} - owned
    expected = {container.pid, stack.redis_server().pid}
    assert strays == expected, [command_line(process) for process in below]

    (root,) = folders_below(stack.scratch)
    assert len([folder for folder in folders_below(root) if folder.is_dir()]) == WARM
    assert stack.redis.keys("wc:leases:*") == []
    assert len(stack.redis.zrange("wc:tasks", 0, -1)) == 1


def test_full_chromium_leaves_nothing_behind_either(full_stack: Stack) -> None:
    container = full_stack.container()

    for _ in range(2):
        full_stack.api.delete(full_stack.api.create().id)

    below = descendants(container.pid)
    assert zombies(below) == []
    assert [command_line(process) for process in below if "crashpad" in process.name()] == []
