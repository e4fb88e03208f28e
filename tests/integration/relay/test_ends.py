"""What ends on one side of a relay is heard of on the other."""

from __future__ import annotations

import json
import signal
import socket

import psutil
import pytest

from bench.containers import Container
from shared.session_state import EndReason
from tests.integration.api import gauge
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.raw_websocket import RawWebSocket, frame
from tests.integration.relay.pair import Pair, get
from tests.integration.waiting import wait_until


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
    assert refused.status in {503, 410}
    wait_until(
        lambda: get(own_pair.wrong, f"/json/version?token={own_pair.session.token}").status == 410,
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


def clients_of(container: Container) -> int:
    return gauge(container.http, "cdp_clients")


def relayed_by(container: Container) -> int:
    return gauge(container.http, "relayed")


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
