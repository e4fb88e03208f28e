"""A session that acts on the saved pages, and what the pages say happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.integration.api import Answer, Api, RemoteBrowser, request
from tests.integration.cdp import CdpClient, Page
from tests.integration.multipart import CONTENT_TYPE, form
from tests.integration.site import Site

_TIMEOUT_MS = 25_000


@dataclass(frozen=True, slots=True)
class Actor:
    """One session: told what to do over REST, looked at over CDP."""

    api: Api
    site: Site
    browser: RemoteBrowser
    page: Page

    def open(self, name: str) -> None:
        """Load one of the pages afresh."""
        self.page.navigate(self.site.url(f"/actions/{name}.html"))

    def send(self, what: str, /, **body: object) -> Answer:
        """`POST /sessions/{id}/{what}`."""
        whole = {"timeoutMs": _TIMEOUT_MS, **body}
        return self.api.send("POST", f"/sessions/{self.browser.id}/{what}", whole)

    def act(self, instruction: str, **body: object) -> Any:
        """What an instruction that must work has answered."""
        answer = self.send("act", instruction=instruction, **body)
        assert answer.status == 200, answer.text.decode()
        return answer.data

    def perform(self, action: object) -> Any:
        """What an action that must work has answered."""
        answer = self.send("act", action=action)
        assert answer.status == 200, answer.text.decode()
        return answer.data

    def refused(self, instruction: str, code: str, **body: object) -> Any:
        """The details of the error that an instruction must end with."""
        answer = self.send("act", instruction=instruction, **body)
        assert answer.json().get("error", {}).get("code") == code, answer.text.decode()
        return answer.error["details"]

    def observe(self, **body: object) -> list[Any]:
        """The actions that `act` would accept."""
        answer = self.send("observe", **body)
        assert answer.status == 200, answer.text.decode()
        actions: list[Any] = answer.data["actions"]
        return actions

    def log(self) -> list[str]:
        """What happened on the page, in its own words."""
        happened: list[str] = self.page.evaluate("window.log")
        return happened

    def value(self, expression: str) -> Any:
        """Anything else of the page."""
        return self.page.evaluate(expression)

    def upload(self, name: str, content: bytes) -> None:
        """Hand the session a file."""
        asked = self.api.send("POST", f"/sessions/{self.browser.id}/uploads")
        base, _, rest = asked.headers["location"].partition("/sessions/")
        kind = {"Content-Type": CONTENT_TYPE}
        answer = request(base, "POST", f"/sessions/{rest}", form((name, content)), kind)
        assert answer.status == 200, answer.text.decode()


@contextmanager
def acting(api: Api, site: Site, browser: RemoteBrowser) -> Iterator[Actor]:
    """An actor on a session's first page."""
    with CdpClient(browser.connect_url) as client:
        yield Actor(api, site, browser, client.page())
