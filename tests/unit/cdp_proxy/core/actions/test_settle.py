from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.ports import CommandFailed, Dialog
from cdp_proxy.core.actions.settle import settle
from cdp_proxy.core.messages import decode_answer
from tests.fakes.tab import ScriptedTab, run

BEGAN = 100.0


def request(tab: ScriptedTab, request_id: str, *, ends: bool = False) -> None:
    name = "loadingFinished" if ends else "requestWillBeSent"
    text = (
        f'{{"method":"Network.{name}","sessionId":"S",'
        f'"params":{{"requestId":"{request_id}","type":"Fetch"}}}}'
    )
    tab.activity.receive(decode_answer(text.encode()), tab.now())


def test_a_page_at_rest_is_not_waited_for() -> None:
    tab = ScriptedTab()

    run(settle(tab, BEGAN + 30))

    assert tab.now() == BEGAN


def test_a_request_is_waited_for_until_it_ends() -> None:
    tab = ScriptedTab()
    request(tab, "1")
    tab.at(1.5, lambda: request(tab, "1", ends=True))

    run(settle(tab, BEGAN + 30))

    assert tab.now() == pytest.approx(BEGAN + 1.5)


def test_what_a_request_sets_off_is_waited_for_too() -> None:
    tab = ScriptedTab()
    request(tab, "1")
    looks: list[float] = []

    def quiet(params: dict[str, Any]) -> dict[str, Any]:
        looks.append(tab.now())
        if len(looks) == 2:
            request(tab, "2")
            tab.at(1.0, lambda: request(tab, "2", ends=True))
        return {"result": {"type": "boolean", "value": True}}

    tab.answers["Runtime.evaluate"] = quiet
    tab.at(0.5, lambda: request(tab, "1", ends=True))

    run(settle(tab, BEGAN + 30))

    assert tab.now() == pytest.approx(BEGAN + 1.5)
    assert len(looks) == 3


def test_requests_that_never_end_are_given_up() -> None:
    tab = ScriptedTab()
    request(tab, "1")

    run(settle(tab, BEGAN + 30))

    assert tab.now() == pytest.approx(BEGAN + 5.0)


def test_a_document_gets_more_time_than_a_request() -> None:
    tab = ScriptedTab()
    tab.activity.navigation.loaded = False

    run(settle(tab, BEGAN + 30))

    assert tab.now() == pytest.approx(BEGAN + 15.0)


def test_the_deadline_is_kept() -> None:
    tab = ScriptedTab()
    request(tab, "1")

    run(settle(tab, BEGAN + 2))

    assert tab.now() == pytest.approx(BEGAN + 2)


def test_a_page_that_starts_a_request_after_each_other_is_not_waited_for_for_ever() -> None:
    tab = ScriptedTab()
    request(tab, "1")
    tab.on_wait = lambda: tab.at(0.1, lambda: request(tab, "1", ends=True))
    quiet = {"result": {"type": "boolean", "value": True}}
    tab.answers["Runtime.evaluate"] = lambda _params: request(tab, "1") or quiet

    run(settle(tab, BEGAN + 300))

    assert tab.now() < BEGAN + 5


def test_an_open_dialog_is_never_waited_on() -> None:
    tab = ScriptedTab(dialog=Dialog("alert", "Hi"))
    request(tab, "1")

    run(settle(tab, BEGAN + 30))

    assert tab.now() == BEGAN


def test_a_dialog_that_opens_meanwhile_ends_the_wait() -> None:
    tab = ScriptedTab()
    request(tab, "1")
    tab.at(1.0, lambda: setattr(tab, "dialog", Dialog("alert", "Hi")))

    run(settle(tab, BEGAN + 30))

    assert tab.now() == pytest.approx(BEGAN + 1.0)


def test_a_document_that_is_being_replaced_is_no_error() -> None:
    tab = ScriptedTab(failures={"Page.createIsolatedWorld": CommandFailed("No frame")})

    run(settle(tab, BEGAN + 30))

    assert tab.now() == BEGAN


def test_a_script_that_throws_is_no_error() -> None:
    thrown = {"result": {"type": "object"}, "exceptionDetails": {"text": "Uncaught"}}
    tab = ScriptedTab(answers={"Runtime.evaluate": thrown})

    run(settle(tab, BEGAN + 30))

    assert tab.now() == BEGAN


def test_every_target_of_the_tab_is_asked() -> None:
    asked: list[str] = []
    tab = ScriptedTab(frame_sessions={"inner": "I"})
    tab.answers["Page.createIsolatedWorld"] = lambda params: (
        asked.append(params["frameId"]) or {"executionContextId": 1}
    )

    run(settle(tab, BEGAN + 30))

    assert asked == ["F", "inner"]
