"""A connection of the WebSocket API ends with the token that opened it, and its session goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from bench.containers import claims_of, make_spec
from shared.store import Growth, Waiting
from shared.tokens import Claims
from tests.integration.api import RemoteBrowser
from tests.integration.conftest import NewSession
from tests.integration.inbox import Message
from tests.integration.socket_client import SocketClient, connections, pending, url_of
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until
from tests.integration.websocket_api.conftest import Connect

TOKEN_SECONDS = 15
"""Long enough for a slow machine to connect, and to be asked something."""
NEVER = {"expression": "new Promise(() => {})", "awaitPromise": True}
TICKING = "void setInterval(() => console.log('tick'), 20)"


def short_url(stack: Stack, remote: RemoteBrowser) -> str:
    """Where somebody connects who has been given a token for a while."""
    wish = {"scopes": ["cdp", "input", "view"], "ttlSeconds": TOKEN_SECONDS}
    token = stack.api.send("POST", f"/sessions/{remote.id}/tokens", wish).data["token"]
    return url_of(stack, remote).replace(remote.token, token)


def rest_of(client: SocketClient) -> list[Message]:
    """What comes until the connection is closed."""
    messages: list[Message] = []
    try:
        while True:
            messages.append(client.receive())
    except ConnectionClosed:
        return messages


def test_it_is_told_and_closed_and_others_go_on(
    stack: Stack, open_socket: Connect, new_session: NewSession
) -> None:
    remote = new_session()
    lasting = open_socket(remote)
    with SocketClient(short_url(stack, remote) + "&screencast=1&detectIdle=0") as client:
        connection_id = client.wait_for("HELLO")["connectionId"]
        client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
        client.evaluate(TICKING)
        waiting = client.send("CDP_COMMAND", method="Runtime.evaluate", params=NEVER)

        *before, one, last = rest_of(client)

    assert "CDP_EVENT" in {message["type"] for message in before}
    assert [(one["type"], one["id"]), (last["type"], last["id"])] == [
        ("ERROR", waiting),
        ("ERROR", None),
    ]
    for error in (one["error"], last["error"]):
        assert (error["code"], error["message"]) == ("UNAUTHORIZED", "The token has expired.")
    wait_until(lambda: connection_id not in connections(stack), "the mapping is gone")
    assert lasting.evaluate("6 * 7") == 42
    assert stack.status(remote) == ("active", None)
    wait_until(lambda: pending(stack) == 0, "nothing waits any more")


@pytest.fixture
def crowded() -> Iterator[Stack]:
    """An edition that has room for one session, which it has."""
    with Stack("--max-sessions", "1", "--warm", "0") as running:
        running.api.create()
        yield running


def test_so_it_is_while_the_session_stands_in_line(crowded: Stack) -> None:
    now = time.time()
    spec = make_spec()
    growth = Growth(wait_seconds=600, slots_per_task=1, tasks_max=2)
    assert crowded.store.place(spec, now, growth=growth) == Waiting()
    whole = claims_of(spec)
    claims = Claims(
        whole.session_id,
        whole.owner_id,
        whole.token_id,
        whole.scopes,
        whole.issued_at,
        int(now) + TOKEN_SECONDS,
    )
    url = f"{crowded.api.base.replace('http', 'ws')}/ws?token={crowded.token(claims)}"
    with SocketClient(url) as client:
        refused = client.ask("CDP_COMMAND", method="Browser.getVersion")

        (last,) = rest_of(client)

    assert refused["error"]["code"] == "SESSION_NOT_READY"
    assert (last["type"], last["id"], last["error"]["code"]) == ("ERROR", None, "UNAUTHORIZED")
    assert connections(crowded) == set()
    session = crowded.store.get(spec.session_id)
    assert session is not None
    assert session.live
