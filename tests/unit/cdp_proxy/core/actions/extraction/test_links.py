"""Links: where they lead, what they say."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.links import address, links, source
from tests.fakes.readings import first, tree


def test_links_are_absolute_and_each_told_once() -> None:
    root = tree('<p><a href="/a">A</a> <a href="/a">A</a> <a href="b" hidden>B</a></p>')

    assert links(root) == [{"text": "A", "url": "https://shop.example/a"}]


@pytest.mark.parametrize("href", ["", "javascript:void(0)", "data:text/html,x", "about:blank"])
def test_a_link_to_nowhere_has_no_address(href: str) -> None:
    assert address(first(f'<a href="{href}">x</a>', "a")) == ""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="x" aria-label="Cart"></a>', "Cart"),
        ('<a href="x"><img alt="Home"></a>', "Home"),
        ('<a href="x" title="Help"></a>', "Help"),
    ],
)
def test_a_link_without_text_says_its_label(html: str, text: str) -> None:
    assert links(tree(html))[0]["text"] == text


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ('src="a.png"', "https://shop.example/books/a.png"),
        ('src="data:x" data-src="/b.png"', "https://shop.example/b.png"),
        ('srcset="/s.png 1x, /l.png 2x"', "https://shop.example/l.png"),
        ("", ""),
    ],
)
def test_an_image_is_where_it_will_be_loaded_from(attributes: str, url: str) -> None:
    assert source(first(f"<img {attributes}>", "img")) == url
