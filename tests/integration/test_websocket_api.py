"""The WebSocket API from end to end: local gateway, Lambda code, Redis, container, Chromium."""

from __future__ import annotations

import base64
import json
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus

from shared.ids import ConnectionId
from shared.limits import WS_API_FRAME_BYTES_MAX, WS_API_MESSAGE_BYTES_MAX, WS_API_PUSH_BYTES_MAX
from shared.tokens import Claims, Scope, parse_token
from tests.integration.api import RemoteBrowser, request
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.socket_client import SocketClient
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

Connect = Callable[..., SocketClient]

PAGE = """<!doctype html><title>Typing</title>
<input id=field autofocus><button onclick="document.title = 'pressed'">Press me</button>"""
NOISE = """<!doctype html><title>Noise</title><style>body{margin:0}</style>
<canvas id=c width=1280 height=720></canvas><script>
const context = document.getElementById('c').getContext('2d');
const image = context.createImageData(1280, 720);
const bytes = image.data;
for (let i = 0; i < bytes.length; i += 65536)
  crypto.getRandomValues(bytes.subarray(i, i + 65536));
for (let i = 3; i < bytes.length; i += 4) bytes[i] = 255;
context.putImageData(image, 0, 0);
</script>"""
"""A picture that compresses as badly as any."""
MOVING = "<style>@keyframes a{to{margin-left:300px}}p{animation:a 1s infinite}</style><p>x"


@pytest.fixture
def browser(new_session: NewSession) -> RemoteBrowser:
    return new_session()


@pytest.fixture
def open_socket(stack: Stack) -> Iterator[Connect]:
    """Connects to a session, and leaves after the test."""
    opened: list[SocketClient] = []

    def connect_to(browser: RemoteBrowser, query: str = "") -> SocketClient:
        opened.append(SocketClient(url_of(stack, browser) + query))
        return opened[-1]

    yield connect_to
    for client in opened:
        client.close()


@pytest.fixture
def client(open_socket: Connect, browser: RemoteBrowser) -> SocketClient:
    return open_socket(browser)


def url_of(stack: Stack, browser: RemoteBrowser) -> str:
    return str(stack.api.get(browser.id)["webSocketUrl"])


def data_url(html: str) -> str:
    return "data:text/html;base64," + base64.b64encode(html.encode()).decode()


def go_to(client: SocketClient, html: str) -> None:
    answer = client.ask("AI_ACTION", action="navigate", params={"url": data_url(html)})
    assert answer["type"] == "ACTION_RESULT", answer


def connections(stack: Stack) -> set[str]:
    """Ids of all connections that Redis remembers."""
    prefix = "wc:connection:"
    return {key.decode().removeprefix(prefix) for key in stack.redis.keys(f"{prefix}*")}


def pending(stack: Stack) -> int:
    """Messages that wait for their answers as far as Redis knows."""
    return sum(stack.redis.hlen(key) for key in stack.redis.keys("wc:pending:*"))  # type: ignore[misc]


def test_a_page_is_driven_with_nothing_else(client: SocketClient, site: Site) -> None:
    opened = client.ask("CDP_COMMAND", method="Page.navigate", params={"url": site.url("/")})
    assert "errorText" not in opened["result"]
    go_to(client, PAGE)
    assert client.evaluate("document.title") == "Typing"

    subscribed = client.ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
    assert subscribed["type"] == "SUBSCRIBED"
    client.evaluate("console.log('from the page')")
    event = client.find(lambda message: message.get("method") == "Runtime.consoleAPICalled")
    assert event["params"]["args"][0]["value"] == "from the page"

    client.evaluate("document.getElementById('field').focus()")
    typed = client.ask("INPUT_EVENT", event={"kind": "text", "text": "typed"})
    assert typed["type"] == "INPUT_RESULT"
    assert client.evaluate("document.getElementById('field').value") == "typed"

    started = client.ask("START_SCREENCAST", options={"maxWidth": 640, "quality": 60})
    assert started["type"] == "SCREENCAST_STARTED"
    frame = client.wait_for("SCREENCAST_FRAME")
    with Image.open(BytesIO(base64.b64decode(frame["data"]))) as picture:
        assert picture.size == (frame["width"], frame["height"])
        assert picture.width <= 640
    stopped = client.ask("STOP_SCREENCAST")
    assert stopped["stats"]["framesSent"] >= 1

    acted = client.ask("AI_ACTION", action="act", params={"instruction": "click Press me"})
    assert acted["type"] == "ACTION_RESULT"
    assert acted["result"]["performed"][0]["method"] == "click"
    assert client.evaluate("document.title") == "pressed"


def test_an_action_is_accepted_before_it_is_done(client: SocketClient) -> None:
    message_id = client.send("AI_ACTION", action="navigate", params={"url": data_url(PAGE)})

    first = client.find(lambda message: message.get("id") == message_id)
    second = client.find(lambda message: message.get("id") == message_id)

    assert (first["type"], second["type"]) == ("ACCEPTED", "ACTION_RESULT")


def test_a_screenshot_of_3_mb_comes_whole(client: SocketClient) -> None:
    go_to(client, NOISE)

    answer = client.ask("CDP_COMMAND", method="Page.captureScreenshot", params={"format": "png"})

    data = answer["result"]["data"]
    assert len(data) > 3_000_000
    with Image.open(BytesIO(base64.b64decode(data))) as picture:
        picture.load()
        assert picture.size == (1280, 720)
    assert client.largest <= WS_API_PUSH_BYTES_MAX


def test_pictures_too_large_for_a_message_are_made_to_fit(client: SocketClient) -> None:
    go_to(client, NOISE)

    client.ask("START_SCREENCAST", options={"quality": 100})
    frame = client.wait_for("SCREENCAST_FRAME")

    assert client.largest <= WS_API_PUSH_BYTES_MAX
    with Image.open(BytesIO(base64.b64decode(frame["data"]))) as picture:
        assert picture.size == (frame["width"], frame["height"])


def test_a_message_of_the_client_may_come_in_pieces(client: SocketClient) -> None:
    text = "é" * 200_000
    params = {"expression": f"'{text}'.length"}
    whole = json.dumps(
        {"type": "CDP_COMMAND", "id": "long", "method": "Runtime.evaluate", "params": params},
        ensure_ascii=False,
    )
    pieces = [whole[at : at + 40_000] for at in range(0, len(whole), 40_000)]
    for seq, piece in enumerate(pieces):
        chunk = {"type": "CHUNK", "id": "set", "seq": seq, "total": len(pieces), "data": piece}
        client.send_text(json.dumps(chunk, ensure_ascii=False))

    assert client.answer_to("long")["result"]["result"]["value"] == 200_000


def test_a_screencast_may_begin_with_the_connection(
    open_socket: Connect, browser: RemoteBrowser
) -> None:
    client = open_socket(browser, "&screencast=1&maxWidth=320")

    started = client.wait_for("SCREENCAST_STARTED")
    assert started["options"]["maxWidth"] == 320
    assert client.wait_for("SCREENCAST_FRAME")["width"] <= 320


def test_a_viewer_is_made_and_unmade_from_outside(
    stack: Stack, open_socket: Connect, browser: RemoteBrowser
) -> None:
    before = connections(stack)
    client = open_socket(browser)
    client.ask("PING")
    (connection_id,) = connections(stack) - before
    body = json.dumps({"connectionId": connection_id}).encode()

    def post(action: str) -> tuple[int, Any]:
        path = f"/sessions/{browser.id}/{action}?token={browser.token}"
        answer = request(stack.http_base, "POST", path, body)
        return answer.status, answer.json()

    assert post("stop-screencast")[0] == 409
    assert post("start-screencast")[0] == 200
    client.wait_for("SCREENCAST_FRAME")
    status, refusal = post("start-screencast")
    assert (status, refusal["code"]) == (409, "SCREENCAST_RUNNING")
    status, stopped = post("stop-screencast")
    assert (status, stopped["stats"]["framesSent"] >= 1) == (200, True)


def test_every_answer_comes_once_and_in_order_under_load(
    stack: Stack, open_socket: Connect, new_session: NewSession
) -> None:
    browsers = [new_session() for _ in range(4)]
    clients = [open_socket(browsers[number % 4]) for number in range(20)]
    for client in clients:
        client.wait_for("HELLO")

    def drive(client: SocketClient) -> list[int]:
        params = [{"expression": str(number)} for number in range(500)]
        ids = [
            client.send("CDP_COMMAND", method="Runtime.evaluate", params=each) for each in params
        ]
        answers: list[Any] = []
        while len(answers) < len(ids):
            message = client.receive(2 * PATIENCE_SECONDS)
            if "id" in message:
                answers.append(message)
        assert [answer["id"] for answer in answers] == ids
        return [answer["result"]["result"]["value"] for answer in answers]

    with ThreadPoolExecutor(len(clients)) as threads:
        outcomes = list(threads.map(drive, clients))

    assert outcomes == [list(range(500))] * 20
    assert all(client.ask("PING")["type"] == "PONG" for client in clients)
    assert all("id" not in message for client in clients for message in client.log)
    wait_until(lambda: pending(stack) == 0, "all answers are struck out")


@pytest.mark.parametrize(
    ("text", "message_id", "field"),
    [
        ("nothing", None, "body"),
        ('{"type": "NOPE", "id": 5}', 5, "type"),
        ('{"type": "CDP_COMMAND", "id": 6}', 6, "method"),
        ('{"type": "AI_ACTION", "id": 7, "action": "act"}', 7, "params.instruction"),
        ('{"type": "CDP_COMMAND", "id": 8, "method": "Page.enable", "targetId": "x"}', 8, None),
    ],
)
def test_bad_input_is_answered_with_the_field(
    client: SocketClient, text: str, message_id: int | None, field: str | None
) -> None:
    client.send_text(text)

    error = client.find(lambda message: message["type"] == "ERROR")

    assert (error["id"], error["error"]["code"]) == (message_id, "INVALID_REQUEST")
    if field is not None:
        assert error["error"]["details"] == {"field": field}


def test_an_error_of_chromium_is_chromiums_own(client: SocketClient) -> None:
    answer = client.ask("CDP_COMMAND", method="Page.nothing")

    assert answer["type"] == "CDP_RESPONSE"
    assert answer["error"]["code"] == -32601


def test_a_failed_action_says_what_rest_would(client: SocketClient) -> None:
    go_to(client, PAGE)

    answer = client.ask("AI_ACTION", action="act", params={"instruction": "click the moon"})

    assert answer["error"]["code"] == "TARGET_NOT_FOUND"


@pytest.mark.parametrize(
    ("scope", "message", "allowed"),
    [
        (Scope.VIEW, {"kind": "START_SCREENCAST"}, True),
        (Scope.VIEW, {"kind": "CDP_COMMAND", "method": "Page.enable"}, False),
        (Scope.VIEW, {"kind": "INPUT_EVENT", "event": {"kind": "text", "text": "x"}}, False),
        (Scope.INPUT, {"kind": "START_SCREENCAST"}, False),
        (Scope.CDP, {"kind": "CONTROL", "holder": "agent"}, False),
    ],
)
def test_a_token_opens_what_its_scopes_say(
    stack: Stack, browser: RemoteBrowser, scope: Scope, message: dict[str, Any], allowed: bool
) -> None:
    whole = parse_token(browser.token, stack.jwt_secret)
    narrowed = Claims(
        whole.session_id,
        whole.owner_id,
        whole.token_id,
        frozenset({scope}),
        whole.issued_at,
        whole.expires_at,
    )
    url = url_of(stack, browser).replace(browser.token, stack.token(narrowed))
    with SocketClient(url) as client:
        answer = client.ask(**message)

    forbidden = answer["type"] == "ERROR" and answer["error"]["code"] == "FORBIDDEN"
    assert forbidden is not allowed


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 401, "UNAUTHORIZED"),
        ("?token=nonsense", 401, "UNAUTHORIZED"),
        ("&screencast=perhaps", 400, "INVALID_REQUEST"),
        ("&screencast=1&quality=0", 400, "INVALID_REQUEST"),
    ],
)
def test_an_upgrade_is_refused_before_it_is_one(
    stack: Stack, browser: RemoteBrowser, query: str, status: int, code: str
) -> None:
    url = url_of(stack, browser)
    base = url.partition("?")[0]

    with pytest.raises(InvalidStatus) as refused:
        SocketClient(url + query if query.startswith("&") else base + query)

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == code


def test_an_ended_session_takes_no_connection(stack: Stack) -> None:
    browser = stack.api.create()
    url = url_of(stack, browser)
    stack.api.delete(browser.id)

    with pytest.raises(InvalidStatus) as refused:
        SocketClient(url)

    assert refused.value.response.status_code == 410


@pytest.mark.parametrize(
    "message",
    ["x" * (WS_API_FRAME_BYTES_MAX + 1), iter(["x" * WS_API_FRAME_BYTES_MAX] * 5)],
    ids=["frame", "message"],
)
def test_what_api_gateway_does_not_take_ends_with_1009(client: SocketClient, message: Any) -> None:
    assert 5 * WS_API_FRAME_BYTES_MAX > WS_API_MESSAGE_BYTES_MAX
    client.wait_for("HELLO")

    with pytest.raises(ConnectionClosed) as closed:
        _send_and_listen(client, message)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def _send_and_listen(client: SocketClient, message: Any) -> None:
    client.socket.send(message)
    while True:
        client.receive()


def test_the_end_of_the_session_answers_what_waits_and_closes(
    stack: Stack, open_socket: Connect
) -> None:
    browser = stack.api.create()
    client = open_socket(browser)
    never = {"expression": "new Promise(() => {})", "awaitPromise": True}
    waiting = client.send("CDP_COMMAND", method="Runtime.evaluate", params=never)
    client.ask("CDP_COMMAND", method="Browser.getVersion")

    stack.api.delete(browser.id)

    answer = client.answer_to(waiting)
    assert answer["type"] == "ERROR" or "error" in answer
    assert client.wait_for("SESSION_ENDED")["reason"] == "released"
    with pytest.raises(ConnectionClosed):
        client.receive()
    wait_until(lambda: pending(stack) == 0, "nothing waits any more")


def test_without_keep_alive_the_session_ends_with_its_last_connection(stack: Stack) -> None:
    browser = stack.api.create(keepAlive=False)
    with SocketClient(url_of(stack, browser)) as first:
        first.wait_for("HELLO")
        with SocketClient(url_of(stack, browser)) as second:
            second.ask("PING")
        assert first.evaluate("1 + 1") == 2

    stack.wait_ended(browser, status="ended", reason="last_client_left")


def test_a_connection_that_left_is_forgotten(
    stack: Stack, open_socket: Connect, browser: RemoteBrowser
) -> None:
    before = connections(stack)
    client = open_socket(browser)
    client.wait_for("HELLO")
    (connection_id,) = connections(stack) - before

    client.close()

    wait_until(lambda: connection_id not in connections(stack), "the mapping is gone")
    key = f"wc:connections:{browser.id}"
    assert ConnectionId(connection_id).encode() not in stack.redis.smembers(key)  # type: ignore[operator]


def test_a_client_cut_off_mid_stream_is_forgotten_at_once(
    stack: Stack, open_socket: Connect, browser: RemoteBrowser
) -> None:
    before = connections(stack)
    client = open_socket(browser, "&screencast=1&detectIdle=0")
    go_to(client, MOVING)
    client.wait_for("SCREENCAST_FRAME")
    (connection_id,) = connections(stack) - before

    sock = client.socket.socket
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()

    wait_until(lambda: connection_id not in connections(stack), "the mapping is gone")
    view = stack.api.get(browser.id)
    assert view["status"] == "active"
