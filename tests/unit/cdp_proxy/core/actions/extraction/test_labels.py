"""Labels: facts that a reader sees."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.facts import Source
from cdp_proxy.core.actions.extraction.labels import labels
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node
from tests.fakes.readings import tree


def _facts(html: str) -> set[tuple[str, str, Source]]:
    known = labels(tree(html))
    return {(f.label, line(f.held), f.source) for f in known if isinstance(f.held, Node)}


@pytest.mark.parametrize(
    ("html", "known"),
    [
        ("<dl><dt>Pages</dt><dd>474</dd></dl>", ("Pages", "474", Source.ROW)),
        ("<table><tr><th>Pages</th><td>474</td></tr></table>", ("Pages", "474", Source.ROW)),
        ("<div><label>Pages</label><b>474</b></div>", ("Pages", "474", Source.ROW)),
        ("<p>Pages: 474</p>", ("Pages", "474", Source.TEXT)),
        ("<p><b>Pages:</b> 474</p>", ("Pages", "474", Source.TEXT)),
        ("<p>Weight: 1 kg<br>Pages: 474</p>", ("Pages", "474", Source.TEXT)),
        ("<p>Weight: 1 kg | Pages: 474</p>", ("Pages", "474", Source.TEXT)),
        ("<div><b>Pages</b><span>474</span></div>", ("Pages", "474", Source.PAIR)),
        ("<div><span>42</span><span>Followers</span></div>", ("Followers", "42", Source.PAIR)),
        ("<h2>Summary</h2><p>A novel.</p>", ("Summary", "A novel.", Source.SECTION)),
    ],
)
def test_a_label_names_what_stands_with_it(html: str, known: tuple[str, str, Source]) -> None:
    assert known in _facts(html)


def test_terms_in_a_row_share_what_follows_and_no_more() -> None:
    html = "<dl><dt>A</dt><dt>B</dt><dd>1</dd><dd>2</dd><dt>C</dt><dd>3</dd></dl>"
    told = {(label, held) for label, held, source in _facts(html) if source is Source.ROW}

    assert told == {("A", "1"), ("B", "1"), ("A", "2"), ("B", "2"), ("C", "3")}


@pytest.mark.parametrize(
    "html",
    [
        '<div><label for="n">Name</label><input id="n" value="Jane"></div>',
        '<div><label>Name <input value="Jane"></label></div>',
    ],
)
def test_a_control_is_named_by_its_label(html: str) -> None:
    held = [f.held for f in labels(tree(html)) if (f.label, f.source) == ("Name", Source.ROW)]

    assert [node.state["value"] for node in held if isinstance(node, Node)] == ["Jane"]


def test_a_group_of_radio_buttons_has_the_chosen_ones_label() -> None:
    html = (
        "<fieldset><legend>Format</legend>"
        '<label><input type="radio">Paper</label>'
        '<label><input type="radio" checked>Audio</label></fieldset>'
    )
    told = {
        held for label, held, source in _facts(html) if (label, source) == ("Format", Source.ROW)
    }

    assert told == {"Audio"}


def test_a_section_ends_at_the_next_heading_of_its_rank() -> None:
    told = {
        (label, held)
        for label, held, source in _facts("<h2>A</h2><p>1</p><h3>B</h3><p>2</p><h2>C</h2><p>3</p>")
        if source is Source.SECTION
    }

    assert told == {("A", "1 B 2"), ("B", "2"), ("C", "3")}


@pytest.mark.parametrize(
    "html",
    [
        "<p>It opens at 10:30</p>",
        "<p>See https://shop.example</p>",
        "<p hidden>Pages: 474</p>",
        f"<p>{'so very ' * 20}long: 474</p>",
    ],
)
def test_not_every_colon_follows_a_label(html: str) -> None:
    assert _facts(html) == set()
