from __future__ import annotations

import pytest

from cdp_proxy.core.actions.performing.moving import drag_between, upload_to
from shared.errors import ActionFailed, InvalidRequest
from tests.fakes.tab import ScriptedTab, run, working

HTML = "<body><input id=f type=file><button id=b>Choose</button><div id=d>Bin</div></body>"
INTERCEPT = "Page.setInterceptFileChooserDialog"
SET = "DOM.setFileInputFiles"


def path_of(name: str) -> str:
    return f"/uploads/{name}"


def test_a_drag_starts_at_one_and_ends_at_the_other() -> None:
    tab = ScriptedTab(HTML)
    start, goal = tab.found("b"), tab.found("d")

    run(drag_between(working(tab), start, goal))

    assert tab.clicked == ["b"]
    assert tab.sent[-1].params["type"] == "mouseReleased"
    assert tab.sent[-1].params["y"] == 20 * goal.element.key.backend_node_id + 10


def test_a_file_input_gets_the_files_of_the_session() -> None:
    tab = ScriptedTab(HTML, scripts={"IS_ENABLED": True})

    run(upload_to(working(tab, upload=path_of), tab.found("f"), ["a.png"]))

    assert tab.methods() == [SET]
    assert tab.sent[0].params["files"] == ["/uploads/a.png"]


def test_a_disabled_file_input_gets_none() -> None:
    tab = ScriptedTab(HTML, scripts={"IS_ENABLED": False})

    with pytest.raises(ActionFailed):
        run(upload_to(working(tab, upload=path_of), tab.found("f"), ["a.png"]))
    assert tab.sent == []


def test_no_file_is_the_requests_fault() -> None:
    with pytest.raises(InvalidRequest):
        run(upload_to(working(ScriptedTab(HTML)), ScriptedTab(HTML).found("f"), []))


def test_what_opens_a_chooser_is_clicked_and_the_chooser_answered() -> None:
    tab = ScriptedTab(HTML)
    tab.on_click = lambda _name: setattr(tab.activity, "file_chooser", (77, "frame"))

    run(upload_to(working(tab, upload=path_of), tab.found("b"), ["a.png"]))

    ((_, params, session),) = [sent for sent in tab.sent if sent.method == SET]
    assert (params["backendNodeId"], session) == (77, "frame")
    assert tab.sent[-1][:2] == (INTERCEPT, {"enabled": False})


def test_what_opens_none_is_an_error_and_choosers_are_the_pages_again() -> None:
    tab = ScriptedTab(HTML)

    with pytest.raises(ActionFailed, match="no file chooser"):
        run(upload_to(working(tab, upload=path_of), tab.found("b"), ["a.png"]))

    assert tab.sent[-1][:2] == (INTERCEPT, {"enabled": False})
