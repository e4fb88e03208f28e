"""Inline Markdown: emphasis, code, links, images."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.inline import Inline, escape, escape_start
from tests.fakes.readings import first


def _line(html: str) -> str:
    return Inline(()).line(first(f"<p>{html}</p>", "p").children)


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("a <b>b </b>c", "a **b** c"),
        ("<em>e</em> <del>d</del>", "*e* ~~d~~"),
        ("<b></b>x", "x"),
        ("<b><strong>x</strong></b>", "**x**"),
        ("<code>x = 1</code>", "`x = 1`"),
        ("<code>a`b</code>", "`` a`b ``"),
        ("a<br> b", "a  \nb"),
        ('<a href="/x">to  x</a>', "[to x](https://shop.example/x)"),
        ('<a href="/a (b)">x</a>', "[x](https://shop.example/a%20%28b%29)"),
        ('<a href="javascript:go()">x</a>', "x"),
        ('<img src="/e.png" alt="Emma">', "![Emma](https://shop.example/e.png)"),
        ('<img src="/p.gif" width="1">', ""),
        ('<input type="checkbox" checked>done', "[x] done"),
        ('<input type="checkbox">open', "[ ] open"),
        ('<input value="text">', ""),
        ("a<b hidden>b</b><script>c</script>", "a"),
    ],
)
def test_an_inline_element_is_written_as_markdown(html: str, written: str) -> None:
    assert _line(html) == written


def test_a_link_without_text_says_its_label() -> None:
    assert _line('<a href="/c" aria-label="Cart [1]"></a>') == (
        r"[Cart \[1\]](https://shop.example/c)"
    )


def test_what_is_to_be_left_out_is() -> None:
    paragraph = first("<p>a <b>b</b></p>", "p")

    assert Inline(list(paragraph.elements)).line(paragraph.children) == "a"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("2 * 3", r"2 \* 3"),
        ("snake_case", "snake_case"),
        ("_x_", r"\_x\_"),
        ("a < b", "a < b"),
        ("<b>", r"\<b>"),
        ("~~x~~", r"\~~x\~~"),
        ("a [b]", r"a \[b\]"),
    ],
)
def test_text_that_looks_like_marks_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("# one", r"\# one"),
        ("#one", "#one"),
        ("- one", r"\- one"),
        ("1. one", r"1\. one"),
        ("1.5 kg", "1.5 kg"),
        ("---", r"\---"),
    ],
)
def test_a_paragraph_does_not_begin_like_another_block(text: str, escaped: str) -> None:
    assert escape_start(text) == escaped
