"""Twenty sessions at once, each on its own; what one does to itself no other notices."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from playwright.sync_api import sync_playwright

from tests.integration.api import RemoteBrowser
from tests.integration.cdp import CdpClient, CdpError
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack

SESSIONS = 20
PLAYWRIGHTS = 2
ROUNDS = 25
_DRIVEN_SECONDS = 180.0


def _drive_raw(browser: RemoteBrowser, site: Site, number: int) -> list[str]:
    """Use a session hard; the cookies it has in the end."""
    with CdpClient(browser.connect_url) as client:
        page = client.page()
        page.navigate(site.url(f"/cookie/set?name=n&value={number}"), _DRIVEN_SECONDS)
        for turn in range(ROUNDS):
            expression = f"{number} * 1000 + {turn}"
            assert page.evaluate(expression, _DRIVEN_SECONDS) == number * 1000 + turn
        page.navigate(site.url("/"), _DRIVEN_SECONDS)
        assert page.call("Page.captureScreenshot", seconds=_DRIVEN_SECONDS)["data"]
        targets = client.call("Target.getTargets")["targetInfos"]
        assert len([one for one in targets if one["type"] == "page"]) == 1
        return [cookie["value"] for cookie in client.call("Storage.getCookies")["cookies"]]


def _drive_playwright(browser: RemoteBrowser, site: Site, number: int) -> list[str]:
    """The same through Playwright."""
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(browser.connect_url)
        context = connected.contexts[0]
        context.set_default_timeout(_DRIVEN_SECONDS * 1000)
        (page,) = context.pages
        page.goto(site.url(f"/cookie/set?name=n&value={number}"))
        for turn in range(ROUNDS):
            assert page.evaluate(f"{number} * 1000 + {turn}") == number * 1000 + turn
        page.goto(site.url("/"))
        page.frame_locator("#cross").locator("#button").click()
        assert page.screenshot()
        return [cookie["value"] for cookie in context.cookies()]


def test_twenty_sessions_are_driven_at_once_and_see_nothing_of_each_other(
    stack: Stack, new_session: NewSession, site: Site
) -> None:
    with ThreadPoolExecutor(SESSIONS) as pool:
        browsers = list(pool.map(lambda _: new_session(), range(SESSIONS)))
        drivers = [
            pool.submit(
                _drive_playwright if number < PLAYWRIGHTS else _drive_raw, browser, site, number
            )
            for number, browser in enumerate(browsers)
        ]
        cookies = [driver.result(timeout=_DRIVEN_SECONDS) for driver in drivers]

    assert cookies == [[str(number)] for number in range(SESSIONS)]
    assert {stack.status(browser) for browser in browsers} == {("active", None)}


def _attach_to_foreign_page(client: CdpClient, target_id: str) -> None:
    client.call("Target.attachToTarget", {"targetId": target_id, "flatten": True})


def test_no_session_reaches_the_pages_of_another(new_session: NewSession, site: Site) -> None:
    with (
        CdpClient(new_session().connect_url) as one,
        CdpClient(new_session().connect_url) as other,
    ):
        page = one.new_page(site.url("/plain"))

        known = {target["targetId"] for target in other.call("Target.getTargets")["targetInfos"]}
        with pytest.raises(CdpError):
            _attach_to_foreign_page(other, page.target_id)
        with pytest.raises(CdpError):
            other.call("Target.closeTarget", {"targetId": page.target_id})
        with pytest.raises(CdpError) as refused:
            other.call("Runtime.evaluate", {"expression": "1"}, page.session_id)

        assert page.target_id not in known
        assert refused.value.code == -32001
        assert page.evaluate("6 * 7") == 42


def test_browser_close_with_keep_alive_closes_that_client_alone(
    stack: Stack, new_session: NewSession
) -> None:
    mine, neighbour = new_session(keepAlive=True), new_session()
    with (
        CdpClient(mine.connect_url) as leaving,
        CdpClient(mine.connect_url) as staying,
        CdpClient(neighbour.connect_url) as elsewhere,
    ):
        assert leaving.call("Browser.close") == {}
        assert leaving.wait_closed()[0] == 1000

        assert staying.page().evaluate("6 * 7") == 42
        assert elsewhere.page().evaluate("6 * 7") == 42
        assert stack.status(mine) == ("active", None)


def test_browser_close_without_keep_alive_ends_that_session_alone(
    stack: Stack, new_session: NewSession
) -> None:
    mine, neighbour = new_session(keepAlive=False), new_session()
    with (
        CdpClient(mine.connect_url) as leaving,
        CdpClient(mine.connect_url) as staying,
        CdpClient(neighbour.connect_url) as elsewhere,
    ):
        assert leaving.call("Browser.close") == {}

        assert leaving.wait_closed() == (1000, "A client closed the browser.")
        assert staying.wait_closed() == (1000, "A client closed the browser.")
        stack.wait_ended(mine, status="ended", reason="browser_closed")
        assert elsewhere.page().evaluate("6 * 7") == 42


def test_a_killed_chromium_ends_its_own_session_alone(
    stack: Stack, new_session: NewSession
) -> None:
    mine, neighbour = new_session(), new_session()
    with CdpClient(mine.connect_url) as client, CdpClient(neighbour.connect_url) as elsewhere:
        os.killpg(client.browser_pid(), signal.SIGKILL)

        assert client.wait_closed() == (4009, "The browser crashed.")
        stack.wait_ended(mine, status="failed", reason="browser_crashed")
        assert elsewhere.page().evaluate("6 * 7") == 42


def test_browsers_run_under_users_of_their_own(new_session: NewSession) -> None:
    with (
        CdpClient(new_session().connect_url) as one,
        CdpClient(new_session().connect_url) as other,
    ):
        users = [psutil.Process(client.browser_pid()).uids().real for client in (one, other)]

    own = os.geteuid()
    expected = 2 if own == 0 else 1
    assert len(set(users)) == expected
    assert (own in users) == (own != 0)


def test_a_browsers_environment_and_folder_hold_nothing_of_the_containers(
    stack: Stack, new_session: NewSession
) -> None:
    with CdpClient(new_session().connect_url) as client:
        process = psutil.Process(client.browser_pid())
        environment = process.environ() if os.geteuid() == 0 else {}

        assert set(environment) <= {"HOME", "TMPDIR", "LANG", "PATH", "CHROME_WRAPPER", "TZ"}
        assert process.cwd().startswith(str(stack.scratch))
        assert not [one for one in process.net_connections() if one.status == "LISTEN"]
