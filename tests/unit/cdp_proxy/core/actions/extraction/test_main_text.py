"""Which part of a page is what it is about."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.main_text import main_text
from tests.fakes.readings import tree

PROSE = "<p>" + "Words about seals in the estuary. " * 10 + "</p>"


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        (f"<body><nav>Home</nav><main>{PROSE}</main></body>", "main"),
        (f"<body><main><h1>x</h1><article>{PROSE}</article></main></body>", "article"),
        (f"<body><ul><li>Home</li></ul><section>{PROSE * 3}</section></body>", "section"),
    ],
)
def test_the_content_is_found(html: str, tag: str) -> None:
    assert main_text(tree(html)).root.tag == tag


def test_what_is_around_the_content_is_named() -> None:
    root = tree(f'<body><nav>a</nav><main>{PROSE}</main><div class="cookie-bar">b</div></body>')

    assert {node.tag for node in main_text(root).boilerplate} == {"nav", "div"}


def test_a_page_of_nothing_but_navigation_is_all_content() -> None:
    root = tree("<body><nav>Home</nav></body>")

    assert main_text(root).root is root
    assert not main_text(root).boilerplate
