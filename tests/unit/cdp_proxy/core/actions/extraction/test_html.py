"""Cleaned HTML: what is visible, with the attributes that carry meaning."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.html import html
from tests.fakes.readings import tree


@pytest.mark.parametrize(
    ("page", "cleaned"),
    [
        ("<html><body><p>x</p></body></html>", "<p>x</p>"),
        ("<p>x</p><script>y()</script><style>z</style>", "<p>x</p>"),
        ("<p>x</p><p hidden>y</p>", "<p>x</p>"),
        ("<div hidden>x<p>y</p></div>", "<p>y</p>"),
        ('<p onclick="y()" style="z" id="a" class="b">x</p>', '<p id="a" class="b">x</p>'),
        ('<a href="/x" target="_top">x</a>', '<a href="https://shop.example/x">x</a>'),
        ('<a href="javascript:y()">x</a>', "<a>x</a>"),
        (
            '<img data-src="/e.png" alt="E" width="9">',
            '<img alt="E" src="https://shop.example/e.png">',
        ),
        ("a<br>b", "a<br>b"),
    ],
)
def test_only_what_is_visible_and_means_something_is_kept(page: str, cleaned: str) -> None:
    assert html(tree(page)) == cleaned


def test_text_and_attributes_are_escaped_again() -> None:
    page = '<p title="&quot;a&quot; &lt;b">1 &lt; 2 &amp; "3"</p>'

    assert html(tree(page)) == '<p title="&quot;a&quot; &lt;b">1 &lt; 2 &amp; "3"</p>'


def test_what_is_cleaned_stays_as_it_is_when_cleaned_again() -> None:
    once = html(tree('<ul class="a"><li><a href="x">1 &amp; 2</a></li></ul>'))

    assert html(tree(once)) == once


def test_what_is_to_be_left_out_is() -> None:
    root = tree("<p>x</p><nav>y</nav>")
    left_out = root.find("nav")
    assert left_out is not None

    assert html(root, [left_out]) == "<p>x</p>"
