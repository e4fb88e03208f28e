"""Two containers, and clients that come to the wrong one."""

from __future__ import annotations

import http.client
import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import sync_playwright

from bench.containers import Container, Containers, Session
from bench.redis_server import running_redis
from shared.clock import system_clock
from shared.session_state import EndReason
from shared.store import Growth
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.raw_websocket import RawWebSocket, frame
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

TTL_SECONDS = 6.0
"""Of heartbeats where one has to stop: long enough for a slow machine to beat in time."""


class Pair:
    """A session, the container that has it, and another."""

    def __init__(self, containers: Containers, **environment: str) -> None:
        both = [containers.start(**environment) for _ in range(2)]
        self.containers = containers
        self.session: Session = containers.open()
        owner = containers.owner_of(self.session)
        self.owner, self.wrong = sorted(both, key=lambda each: each.task_id != owner)

    @property
    def url(self) -> str:
        return self.session.at(self.wrong)


@contextmanager
def a_pair(**environment: str) -> Iterator[Pair]:
    """Two containers with a Redis of their own."""
    with running_redis() as url, Containers(url) as containers:
        yield Pair(containers, **environment)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """For tests that leave it as it was."""
    with a_pair() as pair:
        yield pair


@pytest.fixture
def own_pair() -> Iterator[Pair]:
    """For tests that end a part of it."""
    with a_pair(HEARTBEAT_TTL_SECONDS=str(TTL_SECONDS)) as pair:
        yield pair


def get(
    container: Container, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(
        urlsplit(container.http).netloc, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, names, answer.read()
    finally:
        connection.close()


def test_playwright_works_through_the_wrong_container(pair: Pair) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(pair.url)
        page = browser.contexts[0].new_page()
        page.set_content("<button onclick='document.title = 1'>press</button>")
        page.click("button")

        assert page.title() == "1"
        assert page.screenshot()[:4] == b"\x89PNG"
        browser.close()


def test_discovery_answers_with_the_address_that_was_asked(pair: Pair) -> None:
    token = pair.session.token

    status, headers, body = get(pair.wrong, f"/json/version/?token={token}")
    behind = get(
        pair.wrong,
        f"/json/version?token={token}",
        **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cdp.example"},
    )[2]

    assert (status, headers["connection"]) == (200, "close")
    assert json.loads(body)["webSocketDebuggerUrl"] == f"{pair.wrong.cdp}?token={token}"
    assert json.loads(behind)["webSocketDebuggerUrl"] == f"wss://cdp.example/cdp?token={token}"
    listed = json.loads(get(pair.wrong, f"/json/list?token={token}")[2])
    assert {target["type"] for target in listed} == {"page"}


def test_both_containers_serve_clients_of_one_session(pair: Pair) -> None:
    with CdpClient(pair.url) as through, CdpClient(pair.session.at(pair.owner)) as direct:
        page = through.new_page()
        page.evaluate("document.title = 'shared'")

        found = direct.attach(page.target_id).evaluate("document.title")

    assert found == "shared"


@pytest.mark.parametrize("megabytes", [1, 24])
def test_large_messages_cross_both_ways(pair: Pair, megabytes: int) -> None:
    size = megabytes * 1_000_000
    with CdpClient(pair.url) as client:
        page = client.page()
        sent = page.evaluate(f"'{'x' * size}'.length")
        received = page.evaluate(f"'y'.repeat({size})")

    assert sent == size
    assert received == "y" * size


def test_many_messages_keep_their_order_and_lose_none(pair: Pair) -> None:
    with CdpClient(pair.url) as client:
        page = client.page()
        numbers = [
            client.start("Runtime.evaluate", {"expression": f"{n} * 2"}, page.session_id)
            for n in range(500)
        ]
        values = [
            client.wait_for(lambda message, n=number: message.get("id") == n)["result"]["result"][
                "value"
            ]
            for number in numbers
        ]

    assert values == [n * 2 for n in range(500)]


def test_uploads_and_downloads_cross_too(pair: Pair) -> None:
    content = bytes(range(256)) * 20_000
    form = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--b--\r\n"
    )
    path = f"/sessions/{pair.session.spec.session_id}/uploads?token={pair.session.token}"

    status, _, body = get(
        pair.wrong, path, "POST", form, **{"Content-Type": "multipart/form-data; boundary=b"}
    )
    listed = get(pair.wrong, path.replace("/uploads?", "/downloads?format=list&"))

    assert (status, listed[0]) == (200, 200), (body, listed)
    assert str(len(content)) in body.decode()


def test_channels_cross_too(pair: Pair) -> None:
    url = pair.url.replace("/cdp?", "/internal/ws?")

    with RawWebSocket(url) as channel:
        channel.send(frame(json.dumps({"type": "PING", "id": "1"}).encode()))
        types = set()
        while "PONG" not in types:
            types.add(json.loads(channel.receive_text())["type"])


def test_the_live_page_is_given_at_either_door(pair: Pair) -> None:
    status, headers, body = get(pair.wrong, f"/live?token={pair.session.token}")

    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == get(pair.owner, f"/live?token={pair.session.token}")[2]


@pytest.mark.parametrize("token", ["nonsense", ""])
def test_a_stranger_is_refused_at_the_first_door(pair: Pair, token: str) -> None:
    assert get(pair.wrong, f"/cdp?token={token}")[0] == 401


def test_the_owners_refusal_reaches_the_client(pair: Pair) -> None:
    status, headers, body = get(pair.wrong, f"/cdp?token={pair.session.token}")

    assert (status, headers["upgrade"]) == (426, "websocket")
    assert json.loads(body)["code"] == "UPGRADE_REQUIRED"


def test_nothing_but_the_one_request_reaches_the_owner(pair: Pair) -> None:
    """A second request on the connection would come from a neighbour's address: no metrics."""
    path = urlsplit(pair.url)
    for extra in ("", "Connection: Upgrade\r\nUpgrade: websocket\r\n"):
        first = f"GET /json/nothing?{path.query} HTTP/1.1\r\nHost: x\r\n{extra}\r\n"
        second = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
        address = (path.hostname or "", path.port or 0)
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as client:
            client.sendall((first + second).encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))

        assert answer.startswith(b"HTTP/1.1 404 ")
        assert b"wallcrawler_" not in answer


def test_a_request_that_was_handed_on_is_not_handed_on_again(pair: Pair) -> None:
    status, headers, _ = get(
        pair.wrong, f"/json/version?token={pair.session.token}", **{"X-Wallcrawler-Relayed": "x"}
    )

    assert (status, "retry-after" in headers) == (503, True)


def test_a_session_that_ends_tells_its_relayed_clients_why(own_pair: Pair) -> None:
    client = CdpClient(own_pair.url)

    with pytest.raises(CdpError):
        client.call("Browser.crash")
    own_pair.containers.close(own_pair.session)

    assert client.wait_closed() == (1000, EndReason.RELEASED.text)


def test_when_the_owner_is_killed_the_client_is_told_and_the_session_fails(own_pair: Pair) -> None:
    client = CdpClient(own_pair.url)
    client.call("Browser.getVersion")

    own_pair.owner.kill()

    assert client.wait_closed() == (1001, EndReason.CONTAINER_LOST.text)
    refused = get(own_pair.wrong, f"/json/version?token={own_pair.session.token}")
    assert refused[0] in {503, 410}
    wait_until(
        lambda: get(own_pair.wrong, f"/json/version?token={own_pair.session.token}")[0] == 410,
        "the session's end",
    )
    record = own_pair.containers.store.get(own_pair.session.spec.session_id)
    assert record is not None
    assert record.end_reason is EndReason.CONTAINER_LOST


def test_when_the_owner_hangs_its_session_fails_and_the_client_is_told(own_pair: Pair) -> None:
    """Its connections stay up as far as the kernel knows: only Redis can tell."""
    client = CdpClient(own_pair.url)
    client.call("Browser.getVersion")

    own_pair.owner.process.send_signal(signal.SIGSTOP)

    assert client.wait_closed() == (1001, EndReason.CONTAINER_LOST.text)
    own_pair.owner.kill()


def test_a_relay_that_stops_tells_its_clients_and_the_session_lives_on(own_pair: Pair) -> None:
    client = CdpClient(own_pair.url)
    client.call("Browser.getVersion")

    assert own_pair.wrong.terminate() == 0

    assert client.wait_closed() == (1001, "The container is shutting down.")
    with CdpClient(own_pair.session.at(own_pair.owner)) as again:
        assert again.call("Browser.getVersion")["product"]


def gauge(container: Container, name: str) -> int:
    text = get(container, "/metrics")[2].decode()
    (line,) = (line for line in text.splitlines() if line.startswith(f"wallcrawler_{name} "))
    return int(float(line.split()[1]))


def clients_of(container: Container) -> int:
    return gauge(container, "cdp_clients")


def relayed_by(container: Container) -> int:
    return gauge(container, "relayed")


@pytest.mark.parametrize("way", ["close", "reset", "vanish"])
def test_however_a_client_leaves_the_owner_hears_of_it(pair: Pair, way: str) -> None:
    wait_until(lambda: (clients_of(pair.owner), relayed_by(pair.wrong)) == (0, 0), "no others")
    client = CdpClient(pair.url)
    client.call("Browser.getVersion")
    assert (clients_of(pair.owner), relayed_by(pair.wrong)) == (1, 1)

    if way == "close":
        client.close()
    elif way == "reset":
        client.reset()
    else:
        client._socket.socket.shutdown(socket.SHUT_WR)

    wait_until(lambda: clients_of(pair.owner) == 0, "the owner's news")
    wait_until(lambda: relayed_by(pair.wrong) == 0, "the relay's end")


def test_a_client_that_does_not_read_fills_no_relay(pair: Pair) -> None:
    """What it does not take stays with the owner, which closes it when that gets too much."""
    answer_bytes, answers = 4_000_000, 30
    relay = psutil.Process(pair.wrong.process.pid)
    with (
        CdpClient(pair.url) as other,
        RawWebSocket(pair.url, receive_buffer_bytes=4096) as slow,
    ):
        page = other.new_page()
        flat_session = slow.attach(page.target_id)
        before = relay.memory_info().rss
        expression = f"'y'.repeat({answer_bytes})"
        for number in range(answers):
            command = {
                "id": 10 + number,
                "method": "Runtime.evaluate",
                "params": {"expression": expression, "returnByValue": True},
                "sessionId": flat_session,
            }
            slow.send(frame(json.dumps(command).encode()))

        wait_until(lambda: clients_of(pair.owner) == 1, "the slow client's end at the owner")
        assert relay.memory_info().rss - before < answer_bytes * answers / 4
        assert other.page().evaluate("6 * 7") == 42


class TestWaiting:
    """Clients that come before their session has a container."""

    GROWTH = Growth(wait_seconds=60.0, slots_per_task=1, tasks_max=9)

    @pytest.fixture
    def containers(self) -> Iterator[Containers]:
        with running_redis() as url, Containers(url) as containers:
            yield containers

    def test_a_client_is_held_until_a_new_container_has_opened_its_session(
        self, containers: Containers
    ) -> None:
        full = containers.start(MAX_SESSIONS="1")
        containers.open()
        session = containers.put_in_line(self.GROWTH)

        with ThreadPoolExecutor() as threads:
            through_cdp = threads.submit(CdpClient, session.at(full))
            discovery = threads.submit(get, full, f"/json/version?token={session.token}")
            wait_until(lambda: gauge(full, "held") == 2, "both being held")
            new = containers.start(MAX_SESSIONS="1")
            with through_cdp.result() as client:
                assert client.page().evaluate("6 * 7") == 42
            assert discovery.result()[0] == 200

        assert containers.owner_of(session) == new.task_id

    def test_a_slot_that_gets_free_is_given_to_who_waits(self, containers: Containers) -> None:
        only = containers.start(MAX_SESSIONS="1")
        first = containers.open()
        session = containers.put_in_line(self.GROWTH)

        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(CdpClient, session.at(only))
            wait_until(lambda: gauge(only, "held") == 1, "the client being held")
            containers.close(first)
            with waiting.result() as client:
                assert client.page().evaluate("6 * 7") == 42

    def test_a_session_that_fails_in_line_refuses_its_clients_with_the_reason(
        self, containers: Containers
    ) -> None:
        only = containers.start(MAX_SESSIONS="1")
        containers.open()
        session = containers.put_in_line(self.GROWTH)

        with ThreadPoolExecutor() as threads:
            waiting = threads.submit(get, only, f"/json/version?token={session.token}")
            wait_until(lambda: gauge(only, "held") == 1, "the client being held")
            containers.store.finish_waiting(
                session.spec.session_id, EndReason.CAPACITY_UNAVAILABLE, system_clock()
            )
            status, _, body = waiting.result()

        assert status == 410
        assert json.loads(body)["message"] == EndReason.CAPACITY_UNAVAILABLE.text

    def test_a_client_is_not_held_for_ever(self, containers: Containers) -> None:
        only = containers.start(MAX_SESSIONS="1", HOLD_SECONDS="0.5")
        containers.open()
        session = containers.put_in_line(self.GROWTH)

        status, headers, body = get(only, f"/json/version?token={session.token}")

        assert (status, json.loads(body)["code"]) == (503, "SESSION_NOT_READY")
        assert headers["retry-after"] == "5"

    def test_a_container_for_those_in_line_leaves_when_nobody_uses_it(
        self, containers: Containers
    ) -> None:
        session = containers.put_in_line(self.GROWTH)
        burst = containers.start(IDLE_EXIT_SECONDS="5", START_TOKEN="token-1")
        with CdpClient(session.at(burst)) as client:
            assert client.call("Browser.getVersion")["product"]

        containers.close(session)

        assert burst.process.wait(PATIENCE_SECONDS) == 0
        assert containers.store.live_tasks(system_clock()) == []
