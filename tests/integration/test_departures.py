"""What a client has paused or bent goes back to normal for the others when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.cdp import CdpClient, CdpError, Page
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.waiting import wait_until

Leave = Callable[[CdpClient], None]


@pytest.fixture(params=[CdpClient.reset, CdpClient.close], ids=["reset", "closed"])
def leave(request: pytest.FixtureRequest) -> Leave:
    """The ways out for a client."""
    way: Leave = request.param
    return way


class Couple:
    """Two clients of one session; the one that will leave is attached to the other's page."""

    def __init__(self, connect_url: str, url: str) -> None:
        self.staying = CdpClient(connect_url)
        self.page = self.staying.page()
        self.page.navigate(url)
        self.leaving = CdpClient(connect_url)
        self.same_page: Page = self.leaving.attach(self.page.target_id)

    def start(self, expression: str) -> int:
        """Have the staying client's page begin something; the command's id."""
        params = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self.staying.start("Runtime.evaluate", params, self.page.session_id)

    def result(self, command_id: int) -> Any:
        """What has come of it."""
        answer = self.staying.wait_for(lambda message: message.get("id") == command_id)
        return answer["result"]["result"]["value"]


@pytest.fixture
def couple(new_session: NewSession, site: Site) -> Iterator[Couple]:
    both = Couple(new_session().connect_url, site.url("/plain"))
    yield both
    both.staying.close()
    both.leaving.close()


def test_a_request_that_it_held_goes_on(couple: Couple, leave: Leave) -> None:
    couple.same_page.call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
    asked = couple.start("fetch('/headers').then((answer) => answer.status)")
    couple.leaving.wait_event("Fetch.requestPaused")

    leave(couple.leaving)

    assert couple.result(asked) == 200


def test_an_answer_that_it_held_goes_on(couple: Couple, leave: Leave) -> None:
    patterns = [{"urlPattern": "*", "requestStage": "Response"}]
    couple.same_page.call("Fetch.enable", {"patterns": patterns})
    asked = couple.start("fetch('/headers').then((answer) => answer.status)")
    couple.leaving.wait_event("Fetch.requestPaused")

    leave(couple.leaving)

    assert couple.result(asked) == 200


def test_a_script_that_it_stopped_goes_on(couple: Couple, leave: Leave) -> None:
    couple.same_page.call("Debugger.enable")
    asked = couple.start("debugger; 'done'")
    couple.leaving.wait_event("Debugger.paused")

    leave(couple.leaving)

    assert couple.result(asked) == "done"


def test_another_client_can_trace_after_it(couple: Couple, leave: Leave) -> None:
    couple.leaving.call("Tracing.start")
    with pytest.raises(CdpError, match="already been started"):
        couple.staying.call("Tracing.start")

    leave(couple.leaving)

    wait_until(lambda: _traces(couple.staying), "tracing is free")
    couple.staying.call("Tracing.end")
    couple.staying.wait_event("Tracing.tracingComplete")


def _traces(client: CdpClient) -> bool:
    try:
        client.call("Tracing.start")
    except CdpError:
        return False
    return True


_BENT = {
    "user-agent": (
        "Emulation.setUserAgentOverride",
        {"userAgent": "Somebody Else/1.0"},
        "fetch('/headers').then((answer) => answer.json()).then((all) => all['user-agent'])",
    ),
    "metrics": (
        "Emulation.setDeviceMetricsOverride",
        {"width": 333, "height": 444, "deviceScaleFactor": 1, "mobile": False},
        "`${innerWidth}x${innerHeight}`",
    ),
    "time-zone": (
        "Emulation.setTimezoneOverride",
        {"timezoneId": "Asia/Kathmandu"},
        "Intl.DateTimeFormat().resolvedOptions().timeZone",
    ),
    "offline": (
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        "fetch('/headers').then((answer) => answer.ok, () => 'offline')",
    ),
    "media": (
        "Emulation.setEmulatedMedia",
        {"media": "print"},
        "matchMedia('print').matches",
    ),
}


@pytest.mark.parametrize(("method", "params", "expression"), _BENT.values(), ids=_BENT.keys())
def test_what_it_emulated_is_no_longer_in_force(
    couple: Couple, leave: Leave, method: str, params: dict[str, object], expression: str
) -> None:
    normal = couple.page.evaluate(expression)
    couple.same_page.call("Network.enable")
    couple.same_page.call(method, params)
    assert couple.page.evaluate(expression) != normal

    leave(couple.leaving)

    wait_until(
        lambda: couple.page.evaluate(expression) == normal,
        f"{method} is no longer in force",
    )
