"""Text: what a reader sees of an element."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.text import collapse, line, lines, own_line, raw
from tests.fakes.readings import first, tree


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>  one\n two </p>", "one two"),
        ("<p>o<b>n</b>e</p>", "one"),
        ("<p>one<br>two</p>", "one two"),
        ("<div><p>one</p><p>two</p></div>", "one two"),
        ("<div><span data-apart>one</span><span data-apart>two</span></div>", "one two"),
        ("<p>one<b hidden>two</b></p>", "one"),
        ("<p>one<b data-spoken>two</b></p>", "one"),
        ("<p>one<script>two()</script></p>", "one"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
    ],
)
def test_a_line_is_what_is_visible(html: str, text: str) -> None:
    assert line(tree(html)) == text


def test_what_is_hidden_may_hold_what_is_shown() -> None:
    shown = first("<p>one<b hidden>two<i>three</i></b></p>", "p")

    assert line(shown) == "onethree"


def test_a_line_as_spoken_has_what_is_clipped_and_not_what_is_hidden_from_it() -> None:
    node = first('<p>5<b data-spoken> stars</b><i aria-hidden="true">*</i></p>', "p")

    assert (line(node), line(node, spoken=True)) == ("5*", "5 stars")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one<div>two</div></div>", "one\ntwo"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("<p>a   \n  b</p>", "a b"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1	2"),
        ("<p>one</p><p hidden>two</p><style>p {}</style>", "one"),
    ],
)
def test_lines_break_as_they_are_shown(html: str, text: str) -> None:
    assert lines(tree(html)) == text


def test_an_elements_own_text_leaves_out_its_childrens() -> None:
    assert own_line(first("<p>one <b>two</b> three</p>", "p")) == "one three"


def test_raw_text_is_as_the_document_has_it() -> None:
    assert raw(first("<div> a <b hidden>b</b>\n</div>", "div")) == " a b\n"


def test_white_space_of_any_kind_collapses() -> None:
    assert collapse(" a\u00a0\u200b b\t\nc ") == "a b c"
