"""Snapshots of real pages in Chromium: names, states, frames, shadow roots, size."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypeVar

import pytest

from cdp_proxy.core.actions.elements import Box, Element, Snapshot
from cdp_proxy.core.actions.outline import outline
from cdp_proxy.core.actions.snapshot import take_snapshot
from cdp_proxy.core.commands import CdpCommand
from tests.fakes.tab import run
from tests.integration.actions_page import ActionsPage
from tests.integration.cdp import CdpClient, Page
from tests.integration.conftest import NewSession
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until

MANY_CONTROLS = 1_000

T = TypeVar("T")

FORM = """<!doctype html><title>form</title>
<style>.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; }</style>
<label for=email>Email</label><input id=email required placeholder=you>
<label>Name <input value=Bob autofocus></label>
<span id=a>First</span><span id=b hidden>Second</span><input aria-labelledby="a b">
<input placeholder=Only><input type=password value=secret aria-label=Secret>
<fieldset disabled><legend>Colour</legend>
<label><input type=radio checked> Red</label></fieldset>
<label>Country <select><option>Norway<option selected>Sweden</select></label>
<label><input type=checkbox id=some> Some</label><script>some.indeterminate = true</script>
<button><svg width=9 height=9><title>Close</title><rect width=9 height=9 /></svg></button>
<button aria-expanded=false>Menu<span class=sr> of things</span></button>
<div contenteditable aria-label=Notes>Edit <b>me</b></div>
<details><summary>More</summary><a href=/x>Inside</a></details>
<div style="height:0;overflow:hidden"><button>Clipped</button></div>
<div style="display:none"><button>None</button></div>
<div style="opacity:0"><button>Transparent</button></div>
<div style="height:50px;overflow:auto"><p style="height:200px"></p><button>Below</button></div>
<label><input type=checkbox style="opacity:0;position:absolute"> Styled</label>
<div id=host>light</div><script>host.attachShadow({mode: 'open'}).innerHTML =
'<label for=q>Query</label><input id=q><button>Find <slot></slot></button>'</script>
<svg width=90 height=30><circle cx=9 cy=9 r=5 fill=red /><text x=30 y=20 fill=blue>7</text></svg>
"""
OUTER = """<!doctype html><title>outer</title><body style="margin:0">
<header style="position:sticky;top:0;height:40px">Shop</header><div style="height:400px"></div>
<iframe src="%s" style="display:block;margin-left:20px;border:5px solid;padding:7px;width:300px;
height:200px"></iframe><div style="height:3000px"></div>
<script>onmessage = event => { window.told = event.data; }</script>"""
MIDDLE = """<!doctype html><body style="margin:0"><iframe src="%s" style="position:absolute;
left:10px;top:10px;border:2px solid;width:200px;height:100px"></iframe>"""
INNER = """<!doctype html><body style="margin:0"><div style="height:3000px"></div>
<button style="position:absolute;left:10px;top:320px;width:50px;height:20px">Pay</button>
<script>document.querySelector('button').onclick =
  event => top.postMessage(event.isTrusted && 'paid', '*');
scrollTo(0, 300)</script>"""
MANY = "<!doctype html><title>many</title><table>" + "".join(
    f"<tr><td>Row {row}<td><a href=/x/{row}>Open {row}</a><td><button>Delete {row}</button>"
    f"<td><label>Amount <input value={row}></label><td><input type=checkbox>"
    for row in range(MANY_CONTROLS // 4)
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of the pages above; `localhost` and `127.0.0.1` are two sites to Chromium."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here, other = (f"http://{name}:{serving}" for name in ("127.0.0.1", "localhost"))
            pages = {
                "/form": FORM,
                "/outer": OUTER % f"{other}/middle",
                "/middle": MIDDLE % f"{here}/inner",
                "/inner": INNER,
                "/many": MANY,
            }
            body = pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    serving = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield serving
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(new_session: NewSession) -> Iterator[ActionsPage]:
    with CdpClient(new_session().connect_url) as client:
        yield ActionsPage(client.page())


class CountingPage(ActionsPage):
    """An `ActionsPage` that knows how many commands it has sent."""

    commands = 0

    async def call(
        self,
        command: CdpCommand[T],
        session: str | None = None,
        timeout_seconds: float = PATIENCE_SECONDS,
    ) -> T:
        self.commands += 1
        return await super().call(command, session, timeout_seconds)


def commands_for(page: Page, url: str) -> int:
    """How many commands a snapshot of a page takes."""
    page.navigate(url)
    tab = CountingPage(page)
    run(take_snapshot(tab))
    return tab.commands


def named(snapshot: Snapshot, name: str) -> Element:
    return next(e for e in snapshot.elements if e.name == name and e.interactive)


def test_a_form_is_perceived_as_a_user_does(tab: ActionsPage, port: int) -> None:
    tab.cdp.navigate(f"http://127.0.0.1:{port}/form")

    snapshot = run(take_snapshot(tab))

    assert named(snapshot, "Email").states == {"required", "editable"}
    assert named(snapshot, "Email").label == "Email"
    assert (named(snapshot, "Name").value, named(snapshot, "Name").label) == ("Bob", "Name")
    assert named(snapshot, "First Second").role == "textbox"
    assert named(snapshot, "Only").placeholder == "Only"
    assert named(snapshot, "Secret").value == "•" * 6
    assert named(snapshot, "Red").states == {"checked", "disabled"}
    assert named(snapshot, "Country").value == "Sweden"
    assert named(snapshot, "Norway").visible
    assert named(snapshot, "Some").states == {"mixed"}
    assert named(snapshot, "Close").tag == "button"
    assert named(snapshot, "Menu of things").text == "Menu"
    assert named(snapshot, "Notes").states == {"editable"}
    assert named(snapshot, "More").states == {"collapsed"}
    assert named(snapshot, "Below").visible
    assert named(snapshot, "Styled").visible
    assert named(snapshot, "Query").label == "Query"
    assert named(snapshot, "Find light").role == "button"
    names = {element.name for element in snapshot.elements}
    assert not names & {"Clipped", "None", "Transparent", "Inside"}
    assert {e.tag: e.color for e in snapshot.elements if e.tag in {"circle", "text"}} == {
        "circle": "rgb(255, 0, 0)",
        "text": "rgb(0, 0, 255)",
    }
    assert "[" in outline(snapshot, 400)


def test_names_are_those_of_chromiums_accessibility_tree(tab: ActionsPage, port: int) -> None:
    tab.cdp.navigate(f"http://127.0.0.1:{port}/form")

    snapshot = run(take_snapshot(tab))

    tree = tab.cdp.call("Accessibility.getFullAXTree")["nodes"]
    theirs = {
        node["backendDOMNodeId"]: " ".join(node["name"]["value"].split())
        for node in tree
        if not node["ignored"] and "backendDOMNodeId" in node
    }
    controls = [e for e in snapshot.elements if e.interactive]
    compared = {e.key.backend_node_id: e.name for e in controls if e.key.backend_node_id in theirs}
    assert len(compared) >= 15
    assert compared == {node: theirs[node] for node in compared}


def test_boxes_come_through_nested_frames_of_other_sites(tab: ActionsPage, port: int) -> None:
    tab.cdp.navigate(f"http://127.0.0.1:{port}/outer")
    tab.cdp.evaluate("scrollTo(0, 200)")

    snapshot = run(take_snapshot(tab))

    pay = named(snapshot, "Pay")
    # 20 + 5 + 7 to the first content box, 10 + 2 to the second; 440 - 200 is where the first is.
    assert pay.box == Box(20 + 12 + 12 + 10, 240 + 12 + 12 + 20, 50, 20)
    assert [e.tag for e in snapshot.ancestors(pay)] == ["body", "iframe", "body", "iframe", "body"]
    header = next(e for e in snapshot.elements if e.tag == "header")
    assert header.box is not None
    assert header.box.y == 0


def test_frames_in_processes_of_their_own_are_perceived_and_acted_on(
    full_stack: Stack, port: int
) -> None:
    browser = full_stack.api.create()
    with CdpClient(browser.connect_url) as client:
        tab = ActionsPage(client.page())
        tab.cdp.navigate(f"http://127.0.0.1:{port}/outer")
        tab.cdp.evaluate("scrollTo(0, 200)")

        frames = set(tab.frame_sessions.values())
        for frame in frames:  # their own script may have run before they had a size
            client.call("Runtime.evaluate", {"expression": "scrollTo(0, 300)"}, frame)
        pay = named(run(take_snapshot(tab)), "Pay")
        click = {"instruction": 'click "Pay"'}
        answer = full_stack.api.send("POST", f"/sessions/{browser.id}/act", click)
        # A click is answered before what it posts to another process has arrived there.
        told = wait_until(lambda: tab.cdp.evaluate("window.told"), "the frame's message")
    full_stack.api.delete(browser.id)

    assert len(frames) == 2
    assert pay.key.cdp_session_id in frames
    assert pay.box == Box(20 + 12 + 12 + 10, 240 + 12 + 12 + 20, 50, 20)
    assert answer.status == 200, answer.text.decode()
    assert told == "paid"


def test_a_thousand_controls_take_no_more_commands_than_a_few(tab: ActionsPage, port: int) -> None:
    few = commands_for(tab.cdp, f"http://127.0.0.1:{port}/form")

    many = commands_for(tab.cdp, f"http://127.0.0.1:{port}/many")

    assert many <= few
    snapshot = run(take_snapshot(tab))
    assert sum(element.interactive for element in snapshot.elements) == MANY_CONTROLS
