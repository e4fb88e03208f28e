from __future__ import annotations

from cdp_proxy.core.actions.performing.log import Performed, StepLog


def test_what_was_done_is_shown_as_an_action() -> None:
    done = Performed(
        method="fill", selector="#q", backend_node_id=7, description="the field", arguments=("%q%",)
    )

    assert done.as_json() == {
        "method": "fill",
        "selector": "#q",
        "backendNodeId": 7,
        "description": "the field",
        "arguments": ["%q%"],
    }


def test_what_concerns_the_page_has_no_node() -> None:
    assert Performed(method="back").as_json()["backendNodeId"] is None


def test_lines_are_kept_in_order() -> None:
    log = StepLog()

    log.note("understood", steps=2)
    log.note("did")

    assert log.entries == [{"what": "understood", "steps": 2}, {"what": "did"}]


def test_two_logs_share_nothing() -> None:
    StepLog().note("did")

    assert StepLog().entries == []
