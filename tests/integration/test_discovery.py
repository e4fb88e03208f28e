"""What clients and operators ask the container over plain HTTP."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.integration.api import RemoteBrowser, request
from tests.integration.cdp import CdpClient
from tests.integration.stack import Stack


@pytest.mark.parametrize("path", ["/json/version", "/json/version/"])
def test_json_version_leads_to_the_session_with_or_without_a_slash(
    stack: Stack, remote: RemoteBrowser, path: str
) -> None:
    answer = request(stack.http_base, "GET", f"{path}?token={remote.token}")

    assert answer.status == 200
    found = answer.json()
    assert "Chrom" in found["Browser"]
    assert found["Protocol-Version"] == "1.3"
    assert found["webSocketDebuggerUrl"] == remote.connect_url
    with CdpClient(found["webSocketDebuggerUrl"]) as client:
        assert client.page().evaluate("1 + 1") == 2


def test_json_version_follows_the_host_and_scheme_that_a_proxy_reports(
    stack: Stack, remote: RemoteBrowser
) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "browsers.example"}

    answer = request(stack.http_base, "GET", f"/json/version?token={remote.token}", None, headers)

    expected = f"wss://browsers.example/cdp?token={remote.token}"
    assert answer.json()["webSocketDebuggerUrl"] == expected


def test_json_version_takes_the_token_as_a_bearer_too(stack: Stack, remote: RemoteBrowser) -> None:
    headers = {"Authorization": f"Bearer {remote.token}"}

    answer = request(stack.http_base, "GET", "/json/version", None, headers)

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/json", "/json/list", "/json/list/"])
def test_json_list_shows_the_one_blank_page_of_a_new_session(
    stack: Stack, remote: RemoteBrowser, path: str
) -> None:
    answer = request(stack.http_base, "GET", f"{path}?token={remote.token}")

    assert answer.status == 200
    pages = [target for target in answer.json() if target["type"] == "page"]
    assert [page["url"] for page in pages] == ["about:blank"]
    assert set(pages[0]) >= {"id", "title", "type", "url", "description"}


def test_json_protocol_describes_this_very_chromium(stack: Stack, remote: RemoteBrowser) -> None:
    answer = request(stack.http_base, "GET", f"/json/protocol?token={remote.token}")

    assert answer.status == 200
    domains = {domain["domain"] for domain in answer.json()["domains"]}
    assert domains >= {"Browser", "Target", "Page", "Runtime", "Network"}


@pytest.mark.parametrize("path", ["/json/nothing", "/json/list/x"])
def test_there_is_nothing_else_to_discover(stack: Stack, remote: RemoteBrowser, path: str) -> None:
    answer = request(stack.http_base, "GET", f"{path}?token={remote.token}")

    assert (answer.status, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/json/version", "/json/list", "/json/protocol"])
def test_discovery_without_a_token_is_refused(stack: Stack, path: str) -> None:
    answer = request(stack.http_base, "GET", path)

    assert answer.status == 401
    assert "token" in answer.json()["message"]


def test_health_counts_sessions_and_names_the_container(
    stack: Stack, remote: RemoteBrowser
) -> None:
    answer = request(stack.http_base, "GET", "/health")

    assert answer.status == 200
    found = answer.json()
    assert found["status"] == "ok"
    assert found["sessions"] == 1
    assert found["maxSessions"] == 24
    assert found["draining"] is False
    assert found["redis"] == "connected"
    assert found["containerId"]
    assert found["uptimeSeconds"] > 0


def test_metrics_are_prometheus_text_with_the_sessions_and_clients_of_now(
    stack: Stack, remote: RemoteBrowser
) -> None:
    with CdpClient(remote.connect_url):
        answer = request(stack.http_base, "GET", "/metrics")

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    lines = dict(
        line.rsplit(" ", 1)
        for line in answer.text.decode().splitlines()
        if not line.startswith("#")
    )
    assert float(lines["wallcrawler_sessions"]) == 1
    assert float(lines["wallcrawler_cdp_clients"]) == 1
    assert float(lines["wallcrawler_slots_free"]) == 23


def test_metrics_count_ended_sessions_by_reason(stack: Stack) -> None:
    remote = stack.api.create()
    stack.api.delete(remote.id)

    text = request(stack.http_base, "GET", "/metrics").text.decode()

    assert 'wallcrawler_sessions_ended_total{reason="released"}' in text


def test_an_unknown_path_is_404_with_a_message(stack: Stack) -> None:
    answer = request(stack.http_base, "GET", "/nothing/here")

    assert answer.status == 404
    assert answer.json()["message"]


def test_the_ready_line_names_every_address(stack: Stack) -> None:
    words = dict(word.split("=", 1) for word in stack.ready_line.split()[1:])

    assert urlsplit(words["api"]).scheme == "http"
    assert urlsplit(words["ws"]).scheme == "ws"
    assert urlsplit(words["cdp"]).path == "/cdp"
    assert len(words["key"]) >= 16


def test_metrics_tell_the_browser_s_time_by_method_and_the_proxy_s_by_session(
    stack: Stack, remote: RemoteBrowser
) -> None:
    with CdpClient(remote.connect_url) as client:
        client.call("Browser.getVersion")

        text = request(stack.http_base, "GET", "/metrics").text.decode()

    assert 'wallcrawler_cdp_browser_seconds_bucket{le="+Inf",method="Browser.getVersion"}' in text
    for part in ("browser", "proxy"):
        name = f'wallcrawler_session_{part}_seconds_count{{session="{remote.id}"}}'
        (count,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert float(count) >= 1
