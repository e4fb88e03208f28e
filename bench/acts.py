"""`act`: from a request to the click on the page, and to the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import quote

from bench.candidates import WALLCRAWLER
from bench.cdp import CdpPage
from bench.edition import Edition, RemoteSession
from bench.report import Row

_ROWS = 40
_PAGE = f"""<!doctype html><title>orders</title><h1>Orders</h1><table></table><script>
window.clicks = [];
for (let number = 1; number <= {_ROWS}; number++) {{
  const row = document.querySelector('table').insertRow();
  row.innerHTML = `<td>Order ${{number}}</td><td><input></td><td><button>Open ${{number}}</button></td>`;
  row.querySelector('button').onclick =
    event => clicks.push(performance.timeOrigin + event.timeStamp);
}}</script>"""  # noqa: E501 - HTML
"""A page of 80 controls; each click leaves its time, in epoch milliseconds."""

_MANY_ROWS = 250
_MANY = f"""<!doctype html><title>many</title><table></table><script>
for (let number = 1; number <= {_MANY_ROWS}; number++) {{
  const row = document.querySelector('table').insertRow();
  row.innerHTML = `<td>Order ${{number}}</td><td><input aria-label="Note ${{number}}"></td>
    <td><a href="#${{number}}">Show ${{number}}</a></td><td><button>Open ${{number}}</button></td>
    <td><label><input type=checkbox> Done ${{number}}</label></td>`;
}}</script>"""


def measure(edition: Edition, count: int) -> Iterator[Row]:
    """A simple click over REST, again and again.

    Args:
        edition: runs on this machine, so that the page's clock is this program's.
        count: of clicks.
    """
    session = edition.create(browserSettings={"viewport": {"width": 1280, "height": 720}})
    with CdpPage(session.connect_url) as page:
        page.navigate("data:text/html," + quote(_PAGE))
        _click(edition, session, 1)  # the first one attaches to the tab
        spans = [_click(edition, session, 1 + number % _ROWS) for number in range(count)]
        clicks = page.evaluate("clicks")[1:]
    edition.delete(session)
    arrived = [at - began for at, (began, _) in zip(clicks, spans, strict=True)]
    answered = [ended - at for at, (_, ended) in zip(clicks, spans, strict=True)]
    yield Row("act: request → click on the page, p50", "ms", {WALLCRAWLER: median(arrived)})
    yield Row("act: click → answer (the page settles), p50", "ms", {WALLCRAWLER: median(answered)})


def find_among_many(edition: Edition, count: int) -> Iterator[Row]:
    """Reading a page of 1 000 controls and finding one of them, as each step of an act does.

    The time is the step log's own: the snapshot, the resolver and the description of what was
    found, without HTTP and without settling.
    """
    session = edition.create(browserSettings={"viewport": {"width": 1280, "height": 720}})
    with CdpPage(session.connect_url) as page:
        page.navigate("data:text/html," + quote(_MANY))
        spans = []
        for number in range(count + 1):
            body = {"instruction": f'wait for "Open {1 + number % _MANY_ROWS}"'}
            _, envelope = edition.post(f"/sessions/{session.id}/act", body)
            spans.append(envelope["data"]["log"][-1]["milliseconds"])
    edition.delete(session)
    found = {WALLCRAWLER: median(spans[1:])}
    yield Row("act: one step's look at a page of 1 000 controls, p50", "ms", found)


def _click(edition: Edition, session: RemoteSession, number: int) -> tuple[float, float]:
    """When it was asked for and when it was answered, in epoch milliseconds."""
    body = {"instruction": f'click "Open {number}"'}
    began = time.time() * 1000
    status, envelope = edition.post(f"/sessions/{session.id}/act", body)
    ended = time.time() * 1000
    if status != 200:
        raise SystemExit(f"bench: act answered {status}: {envelope}")
    return began, ended
