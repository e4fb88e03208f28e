"""Whatever a CDP client sends wrong: an error for itself, and nothing for the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient, CdpError

_MEBIBYTE = 1024 * 1024


@pytest.fixture
def two_clients(remote: RemoteBrowser) -> Iterator[tuple[CdpClient, CdpClient]]:
    """One that misbehaves, one that must not notice."""
    with CdpClient(remote.connect_url) as bad, CdpClient(remote.connect_url) as good:
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


def test_an_id_below_zero_is_answered_to_its_client(
    two_clients: tuple[CdpClient, CdpClient],
) -> None:
    """Also when Chromium answers without `sessionId`, as it does to params that are no object."""
    negative, _ = two_clients
    negative.send_raw('{"id": -9999, "method": "Browser.getVersion"}')
    answer = negative.wait_for(lambda received: received.get("id") == -9999, what="the answer")
    assert "product" in answer["result"]

    negative.send_raw('{"id": -9998, "method": "Browser.getVersion", "params": 5}')
    refusal = negative.wait_for(lambda received: received.get("id") == -9998, what="the refusal")
    assert refusal["error"]["code"] == -32600


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
