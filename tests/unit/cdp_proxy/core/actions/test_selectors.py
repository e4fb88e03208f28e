from __future__ import annotations

import pytest

from cdp_proxy.core.actions.selectors import find_node, selector_of
from shared.errors import InvalidRequest, TargetDetached
from tests.fakes.tab import ScriptedTab, run

HTML = "<body><button id=go>Send</button></body>"


def test_a_selector_finds_a_node_of_the_tabs_own_target() -> None:
    tab = ScriptedTab(HTML)

    assert run(find_node(tab, "#go")) == tab.element("go").key


def test_what_is_not_there_is_none() -> None:
    assert run(find_node(ScriptedTab(HTML), "#gone")) is None


def test_what_is_no_selector_is_the_requests_fault() -> None:
    thrown = {"result": {"type": "object"}, "exceptionDetails": {"text": "SyntaxError"}}

    with pytest.raises(InvalidRequest) as refused:
        run(find_node(ScriptedTab(HTML, answers={"Runtime.evaluate": thrown}), "###"))

    assert refused.value.details["field"] == "selector"


def test_an_element_has_a_selector_that_finds_it() -> None:
    tab = ScriptedTab(HTML)
    found = tab.found("go")

    assert run(selector_of(tab, found.element, found.snapshot)) == "#go"


def test_an_element_that_has_gone_has_none() -> None:
    tab = ScriptedTab(HTML)
    found = tab.found("go")
    tab.html = "<body></body>"

    with pytest.raises(TargetDetached):
        run(selector_of(tab, found.element, found.snapshot))
