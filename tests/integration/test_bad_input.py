"""Whatever comes in wrong: a typed answer for who sent it, and nothing for anybody else."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, sync_playwright

from shared.ids import OwnerId, SessionId
from shared.randomness import new_session_id
from shared.tokens import ALL_SCOPES, Claims, Scope, parse_token
from tests.integration.api import Answer, Api, RemoteBrowser, request
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.conftest import NewSession
from tests.integration.stack import Stack

_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
_MEBIBYTE = 1024 * 1024

NO_SESSION = "0f8fad5b-d9cb-469f-a165-70867728950e"
"""A session id that was never given to anybody."""


@pytest.fixture
def browser(new_session: NewSession) -> RemoteBrowser:
    return new_session()


@pytest.fixture
def stranger(stack: Stack) -> Api:
    """The API with somebody else's key."""
    key = secrets.token_urlsafe(24)
    stack.store.add_api_key(hashlib.sha256(key.encode()).hexdigest(), "stranger")
    return Api(stack.api.base, key)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nope": 1}, "nope"),
        ({"browserSettings": {"nope": 1}}, "browserSettings.nope"),
        ({"browserSettings": {"viewport": {"width": 1}}}, "browserSettings.viewport.height"),
        (
            {"browserSettings": {"viewport": {"width": 0, "height": 1}}},
            "browserSettings.viewport.width",
        ),
        (
            {"browserSettings": {"viewport": {"width": 1, "height": 10_001}}},
            "browserSettings.viewport.height",
        ),
        ({"browserSettings": {"timezoneId": "Mars/Olympus"}}, "browserSettings.timezoneId"),
        ({"browserSettings": {"locale": "not a locale"}}, "browserSettings.locale"),
        ({"browserSettings": {"userAgent": "two\nlines"}}, "browserSettings.userAgent"),
        ({"browserSettings": {"proxy": {"server": "nonsense"}}}, "browserSettings.proxy.server"),
        (
            {"browserSettings": {"extraHTTPHeaders": {"X-A": "a\r\nX-B: b"}}},
            "browserSettings.extraHTTPHeaders",
        ),
        ({"timeout": 59}, "timeout"),
        ({"timeout": 21_601}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 60.5}, "timeout"),
        ({"idleTimeout": 9}, "idleTimeout"),
        ({"keepAlive": "yes"}, "keepAlive"),
        ({"userMetadata": {"deep": {}}}, "userMetadata"),
        ([], "body"),
        (b"{not json", "body"),
        (b"\xff\xfe", "body"),
        (json.dumps({"userMetadata": {"a": "x" * _MEBIBYTE}}).encode(), "body"),
    ],
)
def test_a_body_with_a_mistake_is_400_with_the_field_named(
    stack: Stack, body: object, field: str
) -> None:
    answer = stack.api.send("POST", "/sessions", body)

    assert answer.status == 400
    assert answer.error["code"] == "INVALID_REQUEST"
    assert answer.error["details"]["field"] == field
    assert answer.error["message"]
    assert answer.error["requestId"]


@pytest.mark.parametrize("key", [None, "", "wrong-key-wrong-key"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/sessions"), ("GET", "/sessions"), ("GET", f"/sessions/{NO_SESSION}")],
)
def test_without_a_known_key_everything_is_401(
    stack: Stack, key: str | None, method: str, path: str
) -> None:
    headers = {} if key is None else {"X-API-Key": key}

    answer = request(stack.api.base, method, path, None, headers)

    assert answer.status == 401
    assert answer.error["code"] == "UNAUTHORIZED"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_somebody_elses_session_is_404(
    stack: Stack, browser: RemoteBrowser, stranger: Api, method: str
) -> None:
    answer = stranger.send(method, f"/sessions/{browser.id}")

    assert answer.status == 404
    assert answer.error["code"] == "SESSION_NOT_FOUND"
    assert stranger.list() == []
    assert stack.status(browser) == ("active", None)


@pytest.mark.parametrize("name", [NO_SESSION, "nonsense", "..%2F..%2Fetc", "a" * 500])
def test_a_session_that_never_was_is_404(stack: Stack, name: str) -> None:
    assert stack.api.send("GET", f"/sessions/{name}").status == 404
    assert stack.api.send("DELETE", f"/sessions/{name}").status == 404


def _upgrade(stack: Stack, token: str | None, path: str = "/cdp") -> Answer:
    query = "" if token is None else f"?token={token}"
    return request(stack.http_base, "GET", f"{path}{query}", None, _UPGRADE)


def _claims_of(stack: Stack, browser: RemoteBrowser) -> Claims:
    return parse_token(browser.token, stack.jwt_secret)


def _refused(answer: Answer, status: int) -> str:
    assert answer.status == status, answer
    assert answer.headers["content-type"].startswith("application/json")
    message = answer.json()["message"]
    assert isinstance(message, str)
    assert message
    return message


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c", "x" * 5_000])
def test_an_upgrade_without_a_real_token_is_401(stack: Stack, token: str | None) -> None:
    _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_a_token_of_another_secret_is_401(
    stack: Stack, browser: RemoteBrowser
) -> None:
    token = stack.token(_claims_of(stack, browser), secret="x" * 40)

    _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_an_unsigned_token_is_401(stack: Stack, browser: RemoteBrowser) -> None:
    _, payload, _ = browser.token.split(".")
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}."

    _refused(_upgrade(stack, unsigned), 401)


def test_an_upgrade_with_an_expired_token_is_401(stack: Stack, browser: RemoteBrowser) -> None:
    claims = _claims_of(stack, browser)
    token = stack.token(_with(claims, expires_at=int(time.time()) - 1))

    assert "expired" in _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_a_replaced_token_is_401(stack: Stack, browser: RemoteBrowser) -> None:
    token = stack.token(_with(_claims_of(stack, browser), token_id="0" * 32))

    _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_a_token_of_another_scope_is_403(
    stack: Stack, browser: RemoteBrowser
) -> None:
    token = stack.token(_with(_claims_of(stack, browser), scopes=frozenset({Scope.VIEW})))

    _refused(_upgrade(stack, token), 403)


def test_an_upgrade_to_a_session_that_never_was_is_404(stack: Stack) -> None:
    now = int(time.time())
    claims = Claims(
        session_id=new_session_id(),
        owner_id=OwnerId("nobody"),
        token_id="0" * 32,
        scopes=ALL_SCOPES,
        issued_at=now,
        expires_at=now + 600,
    )

    _refused(_upgrade(stack, stack.token(claims)), 404)


def test_an_upgrade_with_a_foreign_token_is_404(stack: Stack, new_session: NewSession) -> None:
    one, other = new_session(), new_session()

    _refused(_upgrade(stack, one.token, f"/cdp/{other.id}"), 404)


def test_an_upgrade_to_an_ended_session_is_410_and_says_why(stack: Stack) -> None:
    browser = stack.api.create()
    stack.api.delete(browser.id)

    assert "released" in _refused(_upgrade(stack, browser.token), 410)


def test_a_plain_request_to_cdp_is_told_to_upgrade(stack: Stack, browser: RemoteBrowser) -> None:
    answer = request(stack.http_base, "GET", f"/cdp?token={browser.token}")

    _refused(answer, 426)


def test_playwright_shows_its_user_why_it_was_refused(stack: Stack) -> None:
    browser = stack.api.create()
    stack.api.delete(browser.id)

    with sync_playwright() as playwright, pytest.raises(Error) as refused:
        playwright.chromium.connect_over_cdp(browser.connect_url)

    assert "410" in refused.value.message
    assert "The session was released." in refused.value.message


def _with(claims: Claims, **changes: object) -> Claims:
    fields = {name: getattr(claims, name) for name in Claims.__dataclass_fields__}
    return Claims(**{**fields, **changes})


@pytest.fixture
def two_clients(browser: RemoteBrowser) -> Iterator[tuple[CdpClient, CdpClient]]:
    """One that misbehaves, one that must not notice."""
    with CdpClient(browser.connect_url) as bad, CdpClient(browser.connect_url) as good:
        yield bad, good


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", -32700),
        ("", -32700),
        ('{"id": 1, "method": "Browser.getVersion"', -32700),
        ("[]", -32600),
        ("null", -32600),
        ('{"method": "Browser.getVersion"}', -32600),
        ('{"id": "1", "method": "Browser.getVersion"}', -32600),
        ('{"id": 1.5, "method": "Browser.getVersion"}', -32600),
        ('{"id": 2147483648, "method": "Browser.getVersion"}', -32600),
        ('{"id": 1e400, "method": "Browser.getVersion"}', -32600),
        ('{"id": 1}', -32600),
        ('{"id": 1, "method": 7}', -32600),
        ('{"id": 1, "method": "Browser.getVersion", "sessionId": 7}', -32600),
        ('{"id": 1, "method": "Page.enable", "sessionId": "0123456789ABCDEF"}', -32001),
        ('{"id": 1, "method": "Nothing.here"}', -32601),
        ('{"id": 1, "method": "Target.attachToTarget", "params": []}', None),
        ('{"id": 1, "method": "Page.navigate", "params": "x"}', None),
        ("[" * 100_000, None),
        ('{"id": 1, "method": "Page.navigate", "params": ' + '{"a":' * 400 + "1" + "}" * 401, None),
    ],
)
def test_a_malformed_message_gets_an_error_and_the_other_client_goes_on(
    two_clients: tuple[CdpClient, CdpClient], message: str | bytes, code: int | None
) -> None:
    bad, good = two_clients
    bad.send_raw(message)

    answer = bad.wait_for(lambda received: "error" in received, what="an error answer")

    assert code is None or answer["error"]["code"] == code
    assert answer["error"]["message"]
    assert good.page().evaluate("6 * 7") == 42
    assert bad.page().evaluate("7 * 7") == 49


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", '{"id": 1}'.encode("utf-16")])
def test_bytes_that_are_no_text_close_their_own_client_with_a_code(
    two_clients: tuple[CdpClient, CdpClient], data: bytes
) -> None:
    bad, good = two_clients
    bad.send_raw(data)

    code, reason = bad.wait_closed()

    assert code == 1007
    assert reason
    assert good.page().evaluate("6 * 7") == 42


def test_a_command_in_a_binary_frame_is_a_command(
    two_clients: tuple[CdpClient, CdpClient],
) -> None:
    bad, _ = two_clients
    bad.send_raw(b'{"id": 77, "method": "Browser.getVersion"}')

    answer = bad.wait_for(lambda received: received.get("id") == 77)

    assert "Chrom" in answer["result"]["product"]


@pytest.mark.parametrize(
    "message",
    [
        '{"id": 5, "method": "Browser.crash", "method": "Browser.getVersion"}',
        '{"id": 5, "method": "Browser.getVersion", "method": "Browser.crash"}',
        '{"id": 5, "method": "Browser.close", "method": "Browser.getVersion"}',
        '{"id": 5, "\\u006dethod": "Browser.crash"}',
        '{"id": 5, "method": "Browser.getVersion", "\\u006dethod": "Browser.crash"}',
        '{"id": 5, "method": "Browser.getVersion", "sessionId": null}',
        '{"id": 5, "method": "Browser.getVersion", "id": 6}',
    ],
)
def test_a_key_that_comes_twice_or_in_disguise_gets_past_nobody(
    two_clients: tuple[CdpClient, CdpClient], message: str
) -> None:
    bad, good = two_clients
    bad.send_raw(message)

    answer = bad.wait_for(lambda received: received.get("id") in {5, 6} or "error" in received)

    assert "result" in answer or answer["error"]["message"]
    assert good.page().evaluate("6 * 7") == 42


@pytest.mark.parametrize(
    "params",
    [
        '{"url": "file:///etc/hostname"}',
        '{"url": "about:blank", "url": "file:///etc/hostname"}',
        '{"url": "file:///etc/hostname", "url": "about:blank"}',
        '{"url": "about:blank"}, "params": {"url": "file:///etc/hostname"}',
        '{"url": "file:///etc/hostname"}, "params": {"url": "about:blank"}',
        '{"\\u0075rl": "file:///etc/hostname"}',
        '{"url": "view-source:file:///etc/hostname"}',
        '{"url": " FILE:///etc/hostname"}',
        '{"url": "fi\\nle:///etc/hostname"}',
        '{"url": "/etc/hostname"}',
        '{"url": "chrome://version"}',
    ],
)
def test_no_spelling_of_a_url_reads_the_containers_disk(
    two_clients: tuple[CdpClient, CdpClient], params: str
) -> None:
    client, _ = two_clients
    page = client.page()
    head = f'{{"id": 5, "method": "Page.navigate", "sessionId": "{page.session_id}", '

    client.send_raw(f'{head}"params": {params}}}')
    client.wait_for(lambda received: received.get("id") == 5 or "error" in received)

    assert page.evaluate("location.href") == "about:blank"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x05hello", 1002),  # unmasked, RFC 6455 5.1
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # a reserved opcode
        (b"\x81\xff" + (200 * _MEBIBYTE).to_bytes(8) + bytes(4), 1009),
    ],
)
def test_a_frame_against_the_rules_closes_its_own_client_with_a_code(
    two_clients: tuple[CdpClient, CdpClient], frame: bytes, code: int
) -> None:
    bad, good = two_clients
    bad.send_bytes(frame)

    assert bad.wait_closed()[0] == code
    assert good.page().evaluate("6 * 7") == 42


def test_a_client_cannot_crash_the_browser(two_clients: tuple[CdpClient, CdpClient]) -> None:
    bad, good = two_clients

    for method in ("Browser.crash", "Browser.crashGpuProcess"):
        with pytest.raises(CdpError):
            bad.call(method)

    assert good.page().evaluate("6 * 7") == 42


def test_a_full_container_answers_429_until_a_session_is_released() -> None:
    with Stack("--max-sessions", "2", "--warm", "0") as small:
        first, _ = small.api.create(), small.api.create()

        refused = small.api.send("POST", "/sessions")
        small.api.delete(first.id)
        third = small.api.create()

        assert refused.status == 429
        assert refused.error["code"] == "NO_CAPACITY"
        assert int(refused.headers["retry-after"]) >= 1
        with CdpClient(third.connect_url) as client:
            assert client.page().evaluate("1 + 1") == 2


def test_an_idempotency_key_gives_the_same_session_again(stack: Stack) -> None:
    headers = {"Idempotency-Key": secrets.token_hex(8)}

    first = stack.api.send("POST", "/sessions", {"timeout": 600}, headers)
    again = stack.api.send("POST", "/sessions", {"timeout": 600}, headers)
    other = stack.api.send("POST", "/sessions", {"timeout": 601}, headers)
    stack.api.delete(first.data["sessionId"])

    assert (first.status, again.status) == (201, 201)
    assert again.data["sessionId"] == first.data["sessionId"]
    assert again.data["connectUrl"] == first.data["connectUrl"]
    assert other.status == 409
    assert other.error["code"] == "IDEMPOTENCY_CONFLICT"


def test_releasing_twice_is_harmless_and_the_record_stays(stack: Stack) -> None:
    browser = stack.api.create()

    first, second = stack.api.delete(browser.id), stack.api.delete(browser.id)

    assert first["status"] == second["status"] == "ended"
    assert first["endReason"] == "released"
    assert "connectUrl" not in first
    assert stack.store.get(SessionId(browser.id)) is not None


def test_no_log_holds_a_token_or_the_api_key(stack: Stack, browser: RemoteBrowser) -> None:
    request(stack.http_base, "GET", f"/json/version?token={browser.token}")
    with CdpClient(browser.connect_url) as client:
        client.page()

    text = stack.errors() + "".join(
        file.read_text(errors="replace") for file in (stack.state / "logs").iterdir()
    )
    assert browser.token not in text
    assert stack.api.key not in text
