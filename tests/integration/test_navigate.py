"""`POST /sessions/{id}/navigate`, whatever the page that is left is doing."""

from __future__ import annotations

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient
from tests.integration.site import Site
from tests.integration.stack import Stack


def go(stack: Stack, remote: RemoteBrowser, url: str) -> str:
    """The title of the page that it leads to."""
    body = {"url": url, "timeoutMs": 25_000}
    answer = stack.api.send("POST", f"/sessions/{remote.id}/navigate", body)
    assert answer.status == 200, answer.text
    return str(answer.data["title"])


def test_a_page_that_is_busy_for_a_while_can_be_left(
    stack: Stack, remote: RemoteBrowser, site: Site
) -> None:
    with CdpClient(remote.connect_url) as client:
        page = client.page()
        page.navigate(site.url("/plain"))
        busy = "for (const end = performance.now() + 1000; performance.now() < end;);"
        client.start("Runtime.evaluate", {"expression": busy}, page.session_id)

        assert go(stack, remote, f"{site.other_origin}/form") == "form"


def test_a_page_that_hangs_can_be_left(stack: Stack, remote: RemoteBrowser, site: Site) -> None:
    with CdpClient(remote.connect_url) as client:
        assert go(stack, remote, site.url("/plain")) == "plain"
        client.start("Runtime.evaluate", {"expression": "while (true);"}, client.page().session_id)

        assert go(stack, remote, f"{site.other_origin}/form") == "form"
