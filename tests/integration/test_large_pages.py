"""A page of thousands of controls is read and acted on, and nobody else has to wait for that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.acting import Actor, acting
from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

_ROWS = 8_000
_TIMEOUT_MS = 240_000
_FILL = f"""document.body.innerHTML = Array.from({{length: {_ROWS}}}, (_, row) =>
  `<div><p>row ${{row}} <button>Edit</button></p></div>`).join('')"""


def _outcome(actor: Actor, what: str, **body: object) -> Any:
    """The answer, however long it takes: `data`, or the error's code."""
    answer = actor.send(what, timeoutMs=_TIMEOUT_MS, **body)
    if answer.status == 202:
        path = f"/sessions/{actor.browser.id}/operations/{answer.data['operationId']}"
        done = wait_until(
            lambda: (state := actor.api.send("GET", path).data)["status"] != "running" and state,
            f"the end of {what}",
            _TIMEOUT_MS / 1000,
        )
        return done["data"] if done["status"] == "succeeded" else done["error"]["code"]
    return answer.data if answer.status == 200 else answer.error["code"]


def test_others_are_served_while_a_large_page_is_searched(
    stack: Stack, site: Site, new_session: NewSession
) -> None:
    other = new_session()
    with (
        acting(stack.api, site, new_session()) as actor,
        CdpClient(other.connect_url) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        actor.page.navigate(site.url("/plain"))
        actor.page.evaluate(_FILL)
        page = client.page()

        missing = pool.submit(_outcome, actor, "act", instruction='click "Remove"')
        while not missing.done():
            assert page.evaluate("6 * 7") == 42
        chosen = _outcome(actor, "act", instruction='click the 7000th "Edit"')
        listed = _outcome(actor, "observe")

    assert missing.result() == "TARGET_NOT_FOUND"
    assert len(chosen["performed"]) == 1, chosen
    assert len(listed["actions"]) == 500
    assert stack.api.send("GET", f"/sessions/{other.id}").data["status"] == "active"
