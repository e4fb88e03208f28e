"""The runner on a scripted browser; what it does to pages is in tests/integration/test_act.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.transport.actions import Actions
from cdp_proxy.transport.models.configured import Models
from cdp_proxy.transport.pages import Pages
from cdp_proxy.transport.reactor import Reactor
from cdp_proxy.transport.session import LiveSession
from shared.actions import (
    ActBody,
    ActionBody,
    ActionRequest,
    ImageFormat,
    NavigateBody,
    ScreenshotBody,
)
from shared.errors import InvalidRequest, NavigationFailed, TargetDetached, WallCrawlerError
from shared.ids import SessionId
from tests.fakes.scripted_browser import ScriptedBrowser, flat_session

ROOT, TAB = flat_session(1), flat_session(10)
HISTORY = {"currentIndex": 0, "entries": [{"id": 1, "url": "https://a.example/", "title": "A"}]}
LAYOUT = {
    "cssLayoutViewport": {"pageX": 0, "pageY": 0, "clientWidth": 800, "clientHeight": 600},
    "cssContentSize": {"x": 0, "y": 0, "width": 800, "height": 600},
}


class Inline:
    async def put(
        self, _session_id: SessionId, image_base64: str, _image_format: ImageFormat
    ) -> Mapping[str, object]:
        return {"base64": image_base64}


@dataclass
class Spec:
    session_id: SessionId


@dataclass
class Untaken:
    held: bool = False


class Session:
    """As much of a live session as actions use."""

    def __init__(self, **results: dict[str, Any]) -> None:
        self.clock = Clock()
        named = {name.replace("_", "."): result for name, result in results.items()}
        self.browser = ScriptedBrowser(
            self.clock,
            results={
                "Target.attachToTarget": {"sessionId": TAB},
                "Page.getNavigationHistory": HISTORY,
                "Page.getLayoutMetrics": LAYOUT,
                "Page.captureScreenshot": {"data": "cGl4ZWxz"},
                **named,
            },
        )
        self.pages = Pages(self.clock, self.browser.caller)
        self.takeover = Untaken()
        self.spec = Spec(SessionId("s"))
        self.runner = Actions(Inline(), Models(cast("Reactor", self.clock), None))

    def open_tab(self) -> None:
        described = {"targetId": "T1", "type": "page", "title": "A", "url": "https://a.example/"}
        event = {"method": "Target.targetCreated", "params": {"targetInfo": described}}
        Deferred.fromCoroutine(self.pages.start())
        self.browser.emit(event, ROOT)

    def ask(self, body: ActionBody) -> Deferred[Mapping[str, object]]:
        request = ActionRequest(session_id=self.spec.session_id, body=body)
        return Deferred.fromCoroutine(self.runner.run(cast("LiveSession", self), request))

    def answer(self, body: ActionBody) -> Any:
        asked = self.ask(body)
        assert asked.called
        failures: list[Any] = []
        asked.addErrback(failures.append)
        if failures:
            failures[0].raiseException()
        return asked.result

    def methods(self) -> list[str]:
        return [command["method"] for command in self.browser.received]


@pytest.fixture
def session() -> Session:
    made = Session()
    made.open_tab()
    return made


def test_a_screenshot_is_what_the_browser_captured(session: Session) -> None:
    assert session.answer(ScreenshotBody()) == {
        "format": "png",
        "width": 800,
        "height": 600,
        "base64": "cGl4ZWxz",
    }


def test_the_network_is_followed_only_while_an_action_runs(session: Session) -> None:
    session.answer(ScreenshotBody())

    methods = session.methods()
    assert methods.index("Network.enable") < methods.index("Page.captureScreenshot")
    assert methods[-1] == "Network.disable"


def test_a_page_that_cannot_be_reached_is_a_typed_error() -> None:
    session = Session(Page_navigate={"frameId": "T1", "errorText": "net::ERR_NAME_NOT_RESOLVED"})
    session.open_tab()

    with pytest.raises(NavigationFailed) as failed:
        session.answer(NavigateBody(url="https://nowhere.example/"))

    assert failed.value.details["reason"] == "net::ERR_NAME_NOT_RESOLVED"


def test_a_url_that_is_not_allowed_never_reaches_the_browser(session: Session) -> None:
    with pytest.raises(InvalidRequest):
        session.answer(NavigateBody(url="file:///etc/passwd"))

    assert "Page.navigate" not in session.methods()


def test_an_instruction_that_is_not_understood_does_nothing(session: Session) -> None:
    with pytest.raises(WallCrawlerError) as refused:
        session.answer(ActBody(instruction="frobnicate the whatsit"))

    assert refused.value.code == "INSTRUCTION_NOT_UNDERSTOOD"
    assert refused.value.details["performed"] == []
    assert "Input.dispatchMouseEvent" not in session.methods()


def test_a_tab_that_does_not_exist_is_named(session: Session) -> None:
    with pytest.raises(InvalidRequest) as refused:
        session.answer(ScreenshotBody(target_id="T9"))

    assert refused.value.details["field"] == "targetId"


def test_a_browser_that_refuses_to_capture_is_a_typed_error(session: Session) -> None:
    session.browser.errors["Page.captureScreenshot"] = "Unable to capture screenshot"

    with pytest.raises(TargetDetached, match="could not be reached"):
        session.answer(ScreenshotBody())


def test_actions_take_turns(session: Session) -> None:
    session.browser.silent.add("Page.captureScreenshot")
    first = session.ask(ScreenshotBody())
    second = session.ask(ScreenshotBody())

    assert not first.called
    assert session.methods().count("Page.captureScreenshot") == 1

    session.browser.silent.clear()
    first.addErrback(lambda failure: None)
    first.cancel()

    assert second.called
    assert session.methods().count("Page.captureScreenshot") == 2
