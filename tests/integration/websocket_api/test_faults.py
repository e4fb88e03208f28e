"""What dies under WebSocket API connections: clients nobody tells of, containers, Redis."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from shared.connections import ClientText, ConnectionHead, Connections, SendOutcome
from shared.ids import ConnectionId, RequestId, SessionId
from shared.randomness import new_request_id
from tests.integration.api import RemoteBrowser
from tests.integration.socket_client import SocketClient, connections, pending, url_of
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

HEARTBEAT_SECONDS = 6.0
"""Long enough for a slow machine to beat in time."""
NEVER = {"expression": "new Promise(() => {})", "awaitPromise": True}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """An edition of this test's own, quick to notice."""
    environment = {"HEARTBEAT_TTL_SECONDS": str(HEARTBEAT_SECONDS)}
    with Stack("--max-sessions", "4", "--warm", "1", environment=environment) as running:
        yield running


def head_of(stack: Stack, browser: RemoteBrowser, name: str) -> ConnectionHead:
    """A connection that was there long ago, as its mapping tells of it."""
    session = stack.store.get(SessionId(browser.id))
    assert session is not None
    return ConnectionHead(
        connection_id=ConnectionId(name),
        session_id=session.spec.session_id,
        owner_id=session.spec.owner_id,
        token_id=session.spec.token_id,
        scopes=("cdp", "input", "view"),
        domain_name="127.0.0.1",
        stage="ws",
        endpoint=f"{stack.api.base}/ws",
        connected_at=time.time() - 600,
    )


def test_the_first_gone_removes_a_mapping_that_nobody_told_of(stack: Stack) -> None:
    browser = stack.api.create()
    head = head_of(stack, browser, "gone-long-ago")
    mapping = Connections(stack.redis)
    mapping.open(head, new_request_id(), time.time())
    command = ClientText(
        text=json.dumps({"type": "PING", "id": 1}).encode(),
        type="PING",
        id=1,
        answered=True,
        received_at=time.time(),
    )

    outcome, *_ = mapping.send(head.connection_id, RequestId("r"), command, time.time())

    assert outcome in {SendOutcome.SENT, SendOutcome.UNKNOWN}
    wait_until(lambda: mapping.find(head.connection_id) is None, "the mapping is gone")
    wait_until(lambda: pending(stack) == 0, "nothing waits for it")
    assert stack.api.get(browser.id)["status"] == "active"


def test_when_the_container_is_killed_every_waiting_command_gets_a_typed_error(
    stack: Stack,
) -> None:
    browsers = [stack.api.create() for _ in range(2)]
    clients = [SocketClient(url_of(stack, browser)) for browser in browsers for _ in range(2)]
    waiting = {
        client: [
            client.send("CDP_COMMAND", method="Runtime.evaluate", params=NEVER) for _ in range(20)
        ]
        for client in clients
    }
    for client in clients:
        assert client.evaluate("1") == 1
    wait_until(lambda: pending(stack) == 80, "what is answered is struck out")

    stack.container().kill()

    for client, ids in waiting.items():
        answers = [client.answer_to(message_id) for message_id in ids]
        assert {answer["type"] for answer in answers} == {"ERROR"}
        assert {answer["error"]["code"] for answer in answers} == {"CONTAINER_LOST"}
        assert client.wait_for("SESSION_ENDED")["reason"] == "container_lost"
        with pytest.raises(ConnectionClosed):
            client.receive()
        client.close()
    wait_until(lambda: not connections(stack), "no mapping is left")
    wait_until(lambda: pending(stack) == 0, "nothing waits any more")


def test_what_is_sent_to_a_dead_container_is_answered_too(stack: Stack) -> None:
    browser = stack.api.create()
    with SocketClient(url_of(stack, browser)) as client:
        client.wait_for("HELLO")
        stack.container().kill()

        answer = client.ask("CDP_COMMAND", method="Browser.getVersion")

    assert answer["error"]["code"] in {"CONTAINER_LOST", "SESSION_ENDED", "CONNECTION_NOT_FOUND"}


def test_when_the_edition_stops_clients_are_told(stack: Stack) -> None:
    browser = stack.api.create()
    client = SocketClient(url_of(stack, browser))
    waiting = client.send("CDP_COMMAND", method="Runtime.evaluate", params=NEVER)
    client.evaluate("1")

    stack.container().terminate()

    answer = client.answer_to(waiting)
    assert answer["type"] == "ERROR" or "error" in answer
    assert client.wait_for("SESSION_ENDED")["reason"] == "container_stopped"
    client.close()


def test_a_redis_that_loses_everything_is_told_of_and_a_new_connection_goes_on(
    stack: Stack,
) -> None:
    browser = stack.api.create()
    url = url_of(stack, browser)
    with SocketClient(url) as client:
        assert client.evaluate("1") == 1
        stack.redis_server().kill()

        answer = client.ask("CDP_COMMAND", method="Browser.getVersion")

    # Away, or back already and without any memory of the connection.
    assert answer["error"]["code"] in {"UNAVAILABLE", "CONNECTION_NOT_FOUND"}
    path = f"/sessions/{browser.id}"
    wait_until(lambda: stack.api.send("GET", path).status == 200, "the session is known again")
    with SocketClient(url) as again:
        assert again.evaluate("2") == 2
