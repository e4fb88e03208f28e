"""Words that mean something only among several."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.comparisons import among
from cdp_proxy.core.actions.resolver.view import View
from tests.fakes.pages import page, the

VIEW = View(
    page("""
        button "A" @0,0,20,20
        button "B" @100,0,40,20
        button "C" @0,100,80,40
    """)
)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("large",), [2]),
        (("small",), [0, 1]),
        (("smallest",), [0]),
        (("biggest",), [2]),
        (("wide",), [2]),
        (("narrowest",), [0]),
        (("left",), [0]),
        (("right",), [1]),
        (("top",), [0, 1]),
        (("top", "right"), [1]),
        (("bottom",), [2]),
        (("medium",), [1]),
        (("red",), [0, 1, 2]),
        ((), [0, 1, 2]),
    ],
)
def test_words_leave_what_they_are_true_of(words: tuple[str, ...], left: list[int]) -> None:
    assert among([0, 1, 2], words, VIEW) == left


def test_things_of_one_size_are_neither_large_nor_small() -> None:
    view = View(page('button "A" @0,0,20,20\nbutton "B" @0,30,21,20'))

    assert among([0, 1], ("large",), view) == [0, 1]


def test_the_only_circle_is_large_or_small_among_the_other_shapes() -> None:
    view = View(
        page("""
        svg
          circle @0,0,50,50
          rect @60,0,10,10
          circle @90,0,12,12
        """)
    )

    assert among([1, 3], ("large",), view) == [1]
    assert among([1, 3], ("small",), view) == [3]


def test_the_middle_one_of_three_is_in_the_middle() -> None:
    view = View(page('button "A" @0,0,9,9\nbutton "B" @50,0,9,9\nbutton "C" @100,0,9,9'))

    assert among([0, 1, 2], ("middle",), view) == [1]
    assert among([0, 1], ("middle",), view) == [0, 1]


def test_texts_of_a_drawing_are_large_or_small_among_texts_by_their_height() -> None:
    snapshot = page("""
        svg
          rect #square @0,0,300,300
          text "1" #large @0,0,9,40
          text "8" #small @40,0,10,10
          text "a" #letter @60,0,10,10
    """)
    refs = [the(snapshot, name).ref for name in ("large", "small")]

    assert among(refs, ["large"], View(snapshot)) == [the(snapshot, "large").ref]
    assert among(refs, ["small"], View(snapshot)) == [the(snapshot, "small").ref]
