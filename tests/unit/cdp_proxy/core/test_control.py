from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.control import MUTATING, Control, Holder, is_mutating
from shared.limits import CONTROL_WAIT_SECONDS, CONTROL_WAITING_BYTES_MAX, CONTROL_WAITING_MAX


@pytest.fixture
def control() -> Control[str]:
    return Control()


def held() -> Control[str]:
    control: Control[str] = Control()
    control.take(100.0, 30.0)
    return control


@pytest.mark.parametrize(
    "method",
    ["Input.dispatchMouseEvent", "Input.insertText", "Page.navigate", "Page.reload",
     "DOM.setAttributeValue", "DOMStorage.setDOMStorageItem", "Network.setCookie",
     "Target.closeTarget", "Page.handleJavaScriptDialog", "IndexedDB.clearObjectStore",
     "Browser.close"],
)  # fmt: skip
def test_what_a_human_would_notice_mutates(method: str) -> None:
    assert is_mutating(method)


@pytest.mark.parametrize(
    "method",
    ["Runtime.evaluate", "Page.captureScreenshot", "DOM.getDocument", "DOMStorage.enable",
     "Target.attachToTarget", "Network.getCookies", "IndexedDB.requestData",
     "Page.startScreencast", "Inputs.other", ""],
)  # fmt: skip
def test_what_only_looks_does_not(method: str) -> None:
    assert not is_mutating(method)


def test_each_listed_method_mutates() -> None:
    assert all(map(is_mutating, MUTATING))


def test_the_agent_has_it_first(control: Control[str]) -> None:
    assert control.holder is Holder.AGENT
    assert not control.held
    assert control.due() is None
    assert not control.expired(1e12)


def test_a_human_has_it_for_a_time(control: Control[str]) -> None:
    control.take(100.0, 30.0)

    assert control.held
    assert control.due() == control.expires_at == 130.0
    assert not control.expired(129.9)
    assert control.expired(130.0)


def test_a_human_may_take_more_time(control: Control[str]) -> None:
    control.take(100.0, 30.0)
    control.take(120.0, 30.0)

    assert control.expires_at == 150.0


def test_what_waits_is_handed_back_in_order() -> None:
    control = held()
    for item in ("a1", "b1", "a2"):
        assert control.wait(item, item[0], 10, 101.0)
    assert control.waiting == 3

    assert control.hand_back() == ["a1", "b1", "a2"]
    assert not control.held
    assert (control.waiting, control.due()) == (0, None)
    assert control.hand_back() == []


def test_what_has_waited_too_long_is_overdue_and_waits_no_more() -> None:
    control = held()
    control.take(100.0, 3600.0)
    control.wait("first", "a", 10, 101.0)
    control.wait("second", "a", 10, 105.0)

    assert control.due() == 101.0 + CONTROL_WAIT_SECONDS
    assert control.overdue(100.9 + CONTROL_WAIT_SECONDS) == []
    assert control.overdue(101.0 + CONTROL_WAIT_SECONDS) == ["first"]
    assert control.hand_back() == ["second"]


def test_a_client_that_has_gone_is_forgotten_alone() -> None:
    control = held()
    for item in ("a1", "b1", "a2"):
        control.wait(item, item[0], 10, 101.0)

    assert control.drop("a")
    assert not control.drop("a")
    assert control.hand_back() == ["b1"]


def test_a_client_has_so_many_waiting_and_no_more() -> None:
    control = held()
    taken = [control.wait("it", "a", 1, 101.0) for _ in range(CONTROL_WAITING_MAX + 1)]

    assert taken == [*[True] * CONTROL_WAITING_MAX, False]
    assert control.wait("another's", "b", 1, 101.0)


def test_a_client_has_so_much_waiting_and_no_more() -> None:
    control = held()

    assert control.wait("large", "a", CONTROL_WAITING_BYTES_MAX, 101.0)
    assert not control.wait("small", "a", 1, 101.0)
    assert control.overdue(1e9) == ["large"]
    assert control.wait("small", "a", 1, 102.0)


@given(st.lists(st.tuples(st.sampled_from("wdo"), st.sampled_from("ab")), max_size=40))
def test_nothing_is_lost_doubled_or_overtaken(steps: list[tuple[str, str]]) -> None:
    control, now, number = held(), 100.0, 0
    expected: list[tuple[str, int, float]] = []
    for what, client in steps:
        now += 30.0
        if what == "w":
            number += 1
            control.wait(f"{client}{number}", client, 10, now)
            expected.append((client, number, now + CONTROL_WAIT_SECONDS))
        elif what == "d":
            control.drop(client)
            expected = [it for it in expected if it[0] != client]
        else:
            late = [it for it in expected if it[2] <= now]
            assert control.overdue(now) == [f"{it[0]}{it[1]}" for it in late]
            expected = expected[len(late) :]

    assert control.hand_back() == [f"{it[0]}{it[1]}" for it in expected]
    assert control.wait("afterwards", "a", CONTROL_WAITING_BYTES_MAX, now)
