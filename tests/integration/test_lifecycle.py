"""How sessions end by themselves, and that nothing postpones it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from shared.ids import SessionId
from tests.integration.api import RemoteBrowser, request
from tests.integration.cdp import CdpClient, CdpError, Page
from tests.integration.inbox import SocketClosed
from tests.integration.processes import group_members, processes_naming
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

_NEVER_SECONDS = 10.0
_GRACE_SECONDS = 5.0
_IDLE_SECONDS = 5
_LIFE_SECONDS = 8.0
"""All of them long enough for a slow machine to do in time what a test does in time."""


@pytest.fixture(scope="module")
def hasty() -> Iterator[Stack]:
    """An edition whose sessions must be used soon."""
    environment = {
        "NEVER_CONNECTED_TIMEOUT_SECONDS": str(_NEVER_SECONDS),
        "LAST_CLIENT_GRACE_SECONDS": str(_GRACE_SECONDS),
    }
    with Stack("--max-sessions", "6", "--warm", "1", environment=environment) as running:
        yield running


def _ended_after(stack: Stack, browser: RemoteBrowser, *, status: str, reason: str) -> float:
    """Seconds that the session has lived."""
    stack.wait_ended(browser, status=status, reason=reason)
    session = stack.store.get(SessionId(browser.id))
    assert session is not None
    assert session.ended_at is not None
    return session.ended_at - session.spec.created_at


def test_a_session_nobody_connects_to_ends(hasty: Stack) -> None:
    browser = hasty.api.create()

    lived = _ended_after(hasty, browser, status="timed_out", reason="never_connected")

    assert lived >= _NEVER_SECONDS
    answer = request(hasty.http_base, "GET", f"/cdp?token={browser.token}")
    assert answer.status == 410
    assert answer.json()["message"] == "No client connected in time."


def test_a_session_with_an_idle_client_ends_and_tells_it_why(hasty: Stack) -> None:
    browser = hasty.api.create(idleTimeout=10)
    with CdpClient(browser.connect_url) as client:
        client.page()

        code, reason = client.wait_closed()

    assert (code, reason) == (4008, "The session was idle for too long.")
    hasty.wait_ended(browser, status="timed_out", reason="idle_timeout")


def test_a_session_in_use_outlives_its_idle_timeout(hasty: Stack) -> None:
    browser = hasty.place(idle_seconds=_IDLE_SECONDS)
    with CdpClient(browser.connect_url) as client:
        page = client.page()
        end = time.monotonic() + _IDLE_SECONDS + 1
        while time.monotonic() < end:
            assert page.evaluate("new Promise((done) => setTimeout(done, 200, 1))") == 1

        assert hasty.status(browser) == ("active", None)
        assert client.wait_closed()[0] == 4008


def test_the_hard_timeout_closes_clients_with_a_reason(hasty: Stack) -> None:
    browser = hasty.place(lasts_seconds=_LIFE_SECONDS)
    with CdpClient(browser.connect_url) as client:
        assert client.wait_closed() == (4008, "The session reached its timeout.")

    lived = _ended_after(hasty, browser, status="timed_out", reason="hard_timeout")
    assert lived >= _LIFE_SECONDS


@pytest.mark.parametrize("path", ["/never", "/busy"])
def test_a_page_that_never_finishes_cannot_postpone_the_hard_timeout(
    hasty: Stack, site: Site, path: str
) -> None:
    browser = hasty.place(lasts_seconds=_LIFE_SECONDS)
    with CdpClient(browser.connect_url) as client:
        client.start("Page.navigate", {"url": site.url(path)}, client.page().session_id)
        site.request_for(path)

        assert client.wait_closed()[0] == 4008

    hasty.wait_ended(browser, status="timed_out", reason="hard_timeout")


def test_a_client_in_a_busy_loop_cannot_postpone_the_hard_timeout(hasty: Stack) -> None:
    browser = hasty.place(lasts_seconds=_LIFE_SECONDS)
    with CdpClient(browser.connect_url) as client:
        page = client.page()
        with pytest.raises(SocketClosed):
            _hammer(page)

        assert client.wait_closed()[0] == 4008
    hasty.wait_ended(browser, status="timed_out", reason="hard_timeout")


def _hammer(page: Page) -> None:
    """Send commands without a pause until that fails, or for far too long."""
    end = time.monotonic() + _LIFE_SECONDS + PATIENCE_SECONDS
    while time.monotonic() < end:
        for _ in range(20):
            page.client.start("Runtime.evaluate", {"expression": "1"}, page.session_id)
        page.evaluate("1")


def test_without_keep_alive_a_session_ends_after_its_last_client(hasty: Stack) -> None:
    browser = hasty.api.create(keepAlive=False)
    one, other = CdpClient(browser.connect_url), CdpClient(browser.connect_url)
    one.close()
    other.page()
    left = time.time()
    other.reset()

    hasty.wait_ended(browser, status="ended", reason="last_client_left")
    session = hasty.store.get(SessionId(browser.id))
    assert session is not None
    assert session.ended_at is not None
    assert session.ended_at - left >= _GRACE_SECONDS - 0.1


def test_without_keep_alive_a_client_that_comes_back_in_time_keeps_the_session(
    hasty: Stack,
) -> None:
    browser = hasty.api.create(keepAlive=False)
    with CdpClient(browser.connect_url) as client:
        client.page().evaluate("globalThis.kept = 7")

    with CdpClient(browser.connect_url) as client:
        page = client.page()
        end = time.monotonic() + _GRACE_SECONDS + 1
        while time.monotonic() < end:
            assert page.evaluate("new Promise((done) => setTimeout(done, 200, kept))") == 7

        assert hasty.status(browser) == ("active", None)
    hasty.api.delete(browser.id)


def test_with_keep_alive_a_session_outlives_its_clients(hasty: Stack) -> None:
    browser = hasty.api.create(keepAlive=True)
    with CdpClient(browser.connect_url) as client:
        client.page().evaluate("globalThis.kept = 7")
    without = hasty.api.create(keepAlive=False)
    CdpClient(without.connect_url).close()

    # By when the one without keepAlive has ended, the other has been alone for longer.
    hasty.wait_ended(without, status="ended", reason="last_client_left")

    with CdpClient(browser.connect_url) as client:
        assert client.page().evaluate("kept") == 7
    hasty.api.delete(browser.id)


def test_a_release_closes_every_client_with_a_reason(hasty: Stack) -> None:
    browser = hasty.api.create()
    with CdpClient(browser.connect_url) as one, CdpClient(browser.connect_url) as other:
        pid = one.browser_pid()
        view = hasty.api.delete(browser.id)

        assert one.wait_closed() == other.wait_closed() == (1000, "The session was released.")
    assert (view["status"], view["endReason"]) == ("ended", "released")
    assert group_members(pid) == []


def test_a_command_that_is_waited_for_ends_with_the_session(hasty: Stack) -> None:
    browser = hasty.api.create()
    with CdpClient(browser.connect_url) as client:
        page = client.page()
        waiting = threading.Thread(target=hasty.api.delete, args=(browser.id,))
        waiting.start()
        with pytest.raises(SocketClosed, match="released"):
            page.evaluate("new Promise(() => {})")
        waiting.join()


@pytest.mark.parametrize("victim", [signal.SIGKILL, signal.SIGSEGV])
def test_a_dead_chromium_fails_its_session(hasty: Stack, victim: signal.Signals) -> None:
    browser = hasty.api.create()
    with CdpClient(browser.connect_url) as one, CdpClient(browser.connect_url) as other:
        pid = one.browser_pid()
        os.kill(pid, victim)

        assert one.wait_closed() == other.wait_closed() == (4009, "The browser crashed.")
    hasty.wait_ended(browser, status="failed", reason="browser_crashed")
    wait_until(lambda: group_members(pid) == [], "no process of the browser is left")


def test_a_crashed_page_is_the_clients_affair_and_no_end(hasty: Stack) -> None:
    browser = hasty.api.create()
    with CdpClient(browser.connect_url) as client:
        page = client.new_page()
        page.call("Inspector.enable")
        client.start("Page.crash", None, page.session_id)

        client.wait_event("Inspector.targetCrashed", page.session_id)
        assert client.new_page().evaluate("6 * 7") == 42
    assert hasty.status(browser) == ("active", None)
    hasty.api.delete(browser.id)


def test_sigterm_tells_clients_and_ends_sessions_before_the_container_goes() -> None:
    stack = Stack("--max-sessions", "3", "--warm", "1")
    stack.start()
    clients = [CdpClient(stack.api.create().connect_url) for _ in range(2)]
    stack.stop()

    assert [client.wait_closed() for client in clients] == [
        (1001, "The container is shutting down.")
    ] * 2


def test_a_drained_container_leaves_final_states_and_no_lease() -> None:
    with Stack("--max-sessions", "3", "--warm", "1") as stack:
        browser = stack.api.create()
        with CdpClient(browser.connect_url) as client:
            before = stack.container().pid
            os.kill(before, signal.SIGTERM)
            assert client.wait_closed() == (1001, "The container is shutting down.")

        stack.wait_ended(browser, status="ended", reason="container_stopped")
        wait_until(lambda: stack.container().pid != before, "a new container")
        wait_until(lambda: stack.free_slots() == 3, "three free slots")
        assert stack.leases() == 0
        wait_until(lambda: processes_naming(stack.scratch), "the new container's browser")


def test_ended_sessions_refuse_new_clients(hasty: Stack) -> None:
    browser = hasty.api.create()
    hasty.api.delete(browser.id)

    with pytest.raises(InvalidStatus, match="410"):
        CdpClient(browser.connect_url)


def test_commands_to_a_closed_page_are_answered(hasty: Stack) -> None:
    browser = hasty.api.create()
    with CdpClient(browser.connect_url) as client:
        page = client.new_page()
        client.call("Target.closeTarget", {"targetId": page.target_id})
        client.wait_event("Target.detachedFromTarget")

        with pytest.raises(CdpError) as refused:
            page.evaluate("1")

    assert refused.value.code == -32001
    hasty.api.delete(browser.id)
