"""How connections of the WebSocket API end, and that nothing remembers them."""

from __future__ import annotations

import socket
import struct

import pytest
from websockets.exceptions import ConnectionClosed

from shared.ids import ConnectionId
from tests.integration.api import RemoteBrowser
from tests.integration.socket_client import SocketClient, connections, go_to, pending, url_of
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until
from tests.integration.websocket_api.conftest import Connect
from tests.integration.websocket_api.pages import MOVING


def test_the_end_of_the_session_answers_what_waits_and_closes(
    stack: Stack, open_socket: Connect
) -> None:
    remote = stack.api.create()
    client = open_socket(remote)
    never = {"expression": "new Promise(() => {})", "awaitPromise": True}
    waiting = client.send("CDP_COMMAND", method="Runtime.evaluate", params=never)
    client.ask("CDP_COMMAND", method="Browser.getVersion")

    stack.api.delete(remote.id)

    answer = client.answer_to(waiting)
    assert answer["type"] == "ERROR" or "error" in answer
    assert client.wait_for("SESSION_ENDED")["reason"] == "released"
    with pytest.raises(ConnectionClosed):
        client.receive()
    wait_until(lambda: pending(stack) == 0, "nothing waits any more")


def test_a_tab_that_closes_or_crashes_answers_what_waits_for_it(
    stack: Stack, client: SocketClient, remote: RemoteBrowser
) -> None:
    never = {"expression": "new Promise(() => {})", "awaitPromise": True}
    first = client.wait_for("HELLO")["activeTargetId"]
    opened = client.ask("TAB_COMMAND", action="open", url="about:blank")["targetId"]
    closing = client.send("CDP_COMMAND", method="Runtime.evaluate", params=never, targetId=opened)
    client.ask("TAB_COMMAND", action="close", targetId=opened)
    assert client.evaluate("1 + 1") == 2, "the tab that is left"
    assert "closed" in client.answer_to(closing)["error"]["message"]

    crashing = client.send("CDP_COMMAND", method="Runtime.evaluate", params=never, targetId=first)
    client.ask("AI_ACTION", action="observe", params={"targetId": first})
    client.send("CDP_COMMAND", method="Page.crash", targetId=first)
    assert client.answer_to(crashing)["error"]["message"] == "Target crashed"
    observed = client.ask("AI_ACTION", action="observe", params={})
    assert observed["error"]["code"] == "TARGET_DETACHED"
    go_to(client, "<title>Back</title>")
    assert client.evaluate("document.title") == "Back"


def test_without_keep_alive_the_session_ends_with_its_last_connection(stack: Stack) -> None:
    remote = stack.api.create(keepAlive=False)
    with SocketClient(url_of(stack, remote)) as first:
        first.wait_for("HELLO")
        with SocketClient(url_of(stack, remote)) as second:
            second.ask("PING")
        assert first.evaluate("1 + 1") == 2

    stack.wait_ended(remote, status="ended", reason="last_client_left")


def test_a_connection_that_left_is_forgotten(
    stack: Stack, open_socket: Connect, remote: RemoteBrowser
) -> None:
    before = connections(stack)
    client = open_socket(remote)
    client.wait_for("HELLO")
    (connection_id,) = connections(stack) - before

    client.close()

    wait_until(lambda: connection_id not in connections(stack), "the mapping is gone")
    key = f"wc:connections:{remote.id}"
    assert ConnectionId(connection_id).encode() not in stack.redis.smembers(key)  # type: ignore[operator]


def test_a_client_cut_off_mid_stream_is_forgotten_at_once(
    stack: Stack, open_socket: Connect, remote: RemoteBrowser
) -> None:
    before = connections(stack)
    client = open_socket(remote, "&screencast=1&detectIdle=0")
    go_to(client, MOVING)
    client.wait_for("SCREENCAST_FRAME")
    (connection_id,) = connections(stack) - before

    sock = client.socket.socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()

    wait_until(lambda: connection_id not in connections(stack), "the mapping is gone")
    view = stack.api.get(remote.id)
    assert view["status"] == "active"
