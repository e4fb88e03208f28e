"""Who knocks at `/cdp` without the right token is told why he is not let in."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Error, sync_playwright

from shared.ids import OwnerId
from shared.randomness import new_session_id
from shared.tokens import ALL_SCOPES, Claims, Scope, parse_token
from tests.integration.api import Answer, RemoteBrowser, request
from tests.integration.cdp import CdpClient
from tests.integration.channels import ChannelClient, channel_url
from tests.integration.conftest import NewSession
from tests.integration.stack import Stack

_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def _upgrade(stack: Stack, token: str | None, path: str = "/cdp") -> Answer:
    query = "" if token is None else f"?token={token}"
    return request(stack.http_base, "GET", f"{path}{query}", None, _UPGRADE)


def _claims_of(stack: Stack, remote: RemoteBrowser) -> Claims:
    return parse_token(remote.token, stack.jwt_secret)


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
    stack: Stack, remote: RemoteBrowser
) -> None:
    token = stack.token(_claims_of(stack, remote), secret="x" * 40)

    _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_an_unsigned_token_is_401(stack: Stack, remote: RemoteBrowser) -> None:
    _, payload, _ = remote.token.split(".")
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}."

    _refused(_upgrade(stack, unsigned), 401)


def test_an_upgrade_with_an_expired_token_is_401(stack: Stack, remote: RemoteBrowser) -> None:
    claims = _claims_of(stack, remote)
    token = stack.token(_with(claims, expires_at=int(time.time()) - 1))

    assert "expired" in _refused(_upgrade(stack, token), 401)


def test_a_connection_ends_with_the_token_that_opened_it(
    stack: Stack, remote: RemoteBrowser
) -> None:
    claims = _with(_claims_of(stack, remote), expires_at=int(time.time()) + 10)
    token = stack.token(claims)
    cdp = CdpClient(f"{stack.cdp}?token={token}")
    with cdp, ChannelClient(channel_url(stack, token)) as channel:
        channel.wait("HELLO")
        cdp.call("Browser.getVersion")

        ends = [cdp.wait_closed(), channel.wait_closed()]

    assert ends == [(4008, "The token has expired.")] * 2
    assert stack.status(remote) == ("active", None)


def test_an_upgrade_with_a_replaced_token_is_401(stack: Stack, remote: RemoteBrowser) -> None:
    token = stack.token(_with(_claims_of(stack, remote), token_id="0" * 32))

    _refused(_upgrade(stack, token), 401)


def test_an_upgrade_with_a_token_of_another_scope_is_403(
    stack: Stack, remote: RemoteBrowser
) -> None:
    token = stack.token(_with(_claims_of(stack, remote), scopes=frozenset({Scope.VIEW})))

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
    remote = stack.api.create()
    stack.api.delete(remote.id)

    assert "released" in _refused(_upgrade(stack, remote.token), 410)


def test_a_plain_request_to_cdp_is_told_to_upgrade(stack: Stack, remote: RemoteBrowser) -> None:
    answer = request(stack.http_base, "GET", f"/cdp?token={remote.token}")

    _refused(answer, 426)


def test_playwright_shows_its_user_why_it_was_refused(stack: Stack) -> None:
    remote = stack.api.create()
    stack.api.delete(remote.id)

    with sync_playwright() as playwright, pytest.raises(Error) as refused:
        playwright.chromium.connect_over_cdp(remote.connect_url)

    assert "410" in refused.value.message
    assert "The session was released." in refused.value.message


def _with(claims: Claims, **changes: object) -> Claims:
    fields = {name: getattr(claims, name) for name in Claims.__dataclass_fields__}
    return Claims(**{**fields, **changes})


def test_no_log_holds_a_token_or_the_api_key(stack: Stack, remote: RemoteBrowser) -> None:
    request(stack.http_base, "GET", f"/json/version?token={remote.token}")
    with CdpClient(remote.connect_url) as client:
        client.page()

    text = stack.errors() + "".join(
        file.read_text(errors="replace") for file in (stack.state / "logs").iterdir()
    )
    assert remote.token not in text
    assert stack.api.key not in text
