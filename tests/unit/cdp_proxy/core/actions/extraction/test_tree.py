"""The tree: elements in reading order, and where each one is."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Flag, Node, contains, number
from tests.fakes.readings import BASE, first, tree


def test_elements_are_numbered_in_reading_order() -> None:
    root = tree("<div><p>a <b>b</b></p><p>c</p></div>")

    assert [node.tag for node in root.within()] == [DOCUMENT, "div", "p", "b", "p"]
    assert [(node.index, node.last) for node in root.within()] == [
        (0, 4),
        (1, 4),
        (2, 3),
        (3, 3),
        (4, 4),
    ]


def test_an_element_contains_itself_and_what_is_within_it() -> None:
    root = tree("<div><b>b</b></div><p>c</p>")
    _, div, b, p = root.within()

    assert contains(div, div)
    assert contains(div, b)
    assert not contains(b, div)
    assert not contains(div, p)


def test_ancestors_come_nearest_first() -> None:
    assert [node.tag for node in first("<ul><li><a>x</a></li></ul>", "a").ancestors()] == [
        "li",
        "ul",
        DOCUMENT,
    ]


def test_an_element_tells_its_first_role_its_classes_and_its_trimmed_attributes() -> None:
    node = first('<p role="Note img" class=" one two " title=" t ">x</p>', "p")

    assert (node.role, list(node.classes), node.get("title"), node.get("id")) == (
        "note",
        ["one", "two"],
        "t",
        "",
    )


def test_flags_say_what_is_hidden_and_what_is_only_spoken() -> None:
    hidden, spoken = Node("p", Flag.HIDDEN | Flag.BLOCK), Node("p", Flag.SPOKEN)

    assert (hidden.hidden, hidden.spoken) == (True, False)
    assert (spoken.hidden, spoken.spoken) == (False, True)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("a.html", "https://shop.example/books/a.html"),
        (" /cart ", "https://shop.example/cart"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?page=2", "https://shop.example/books/?page=2"),
        ("http://[broken", ""),
    ],
)
def test_an_address_is_made_absolute_as_its_document_would(address: str, url: str) -> None:
    assert first("<p>x</p>", "p").url(address) == url


def test_an_address_in_a_frame_is_relative_to_the_frames_document() -> None:
    root = tree("<iframe></iframe>")
    inner, link = Node(DOCUMENT, state={"base": "https://ads.example/x/"}), Node("a")
    inner.add(link)
    owner = root.find("iframe")
    assert owner is not None
    owner.add(inner)
    number(root)

    assert link.url("y") == "https://ads.example/x/y"
    assert owner.url("y") == f"{BASE}y"


def test_a_tree_deeper_than_the_recursion_limit_can_be_walked() -> None:
    root = here = Node(DOCUMENT)
    for _ in range(5_000):
        child = Node("div")
        here.add(child)
        here = child
    number(root)

    assert (here.index, root.last) == (5_000, 5_000)
