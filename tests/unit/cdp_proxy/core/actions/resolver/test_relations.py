"""Where things are, seen from others."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.elements import Snapshot
from cdp_proxy.core.actions.resolver import relations
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Relation
from tests.fakes.pages import page, the


def related(relation: Relation, anchor: str, names: str, snapshot: Snapshot) -> list[str]:
    """Ids of those of `names` that are so related, the nearest first; only the near ones."""
    refs = [the(snapshot, name).ref for name in names.split()]
    view = View(snapshot)
    distances = relations.apply(relation, [the(snapshot, anchor).ref], refs, view)
    return [
        view.elements[ref].attributes["id"]
        for ref in relations.nearest(relation, distances, distances)
    ]


GRID = page("""
    button #nw @0,0,50,20
    button #n @100,0,50,20
    button #ne @200,0,50,20
    button #w @0,50,50,20
    button #here @100,50,50,20
    button #e @200,50,50,20
    button #sw @0,100,50,20
    button #s @100,100,50,20
    button #far @100,150,50,20
""")
OTHERS = "nw n ne w e sw s far"


@pytest.mark.parametrize(
    ("relation", "nearest"),
    [
        (Relation.ABOVE, "n"),
        (Relation.BELOW, "s"),
        (Relation.LEFT_OF, "w"),
        (Relation.RIGHT_OF, "e"),
        (Relation.AFTER, "e"),
        (Relation.BEFORE, "w"),
    ],
)
def test_the_nearest_in_a_direction_is_in_line(relation: Relation, nearest: str) -> None:
    assert related(relation, "here", OTHERS, GRID) == [nearest]


def test_what_is_in_another_direction_is_left_out() -> None:
    view = View(GRID)
    refs = [the(GRID, name).ref for name in OTHERS.split()]

    below = relations.apply(Relation.BELOW, [the(GRID, "here").ref], refs, view)

    assert {view.elements[ref].attributes["id"] for ref in below} == {"sw", "s", "far"}


def test_what_contains_the_anchor_is_not_beside_it() -> None:
    snapshot = page("""
        div #around @0,0,500,500
          button #here @100,100,50,20
    """)

    assert related(Relation.ABOVE, "here", "around", snapshot) == []


TABLE = page("""
    table
      row #first
        cell "Alice" #alice
        cell
          button "Edit" #edit_alice
      row #second
        cell "Bob" #bob
        cell
          button "Edit" #edit_bob
""")


def test_near_means_in_the_same_row_however_close_the_next_row_is() -> None:
    assert related(Relation.NEAR, "alice", "edit_alice edit_bob", TABLE) == ["edit_alice"]
    assert related(Relation.NEAR, "bob", "edit_alice edit_bob", TABLE) == ["edit_bob"]


def test_near_means_close_by_where_no_row_tells() -> None:
    snapshot = page("""
        div
          "Alice" #alice @0,0,100,20
          "Bob" #bob @0,30,100,20
        div
          button #one @300,0,50,20
          button #two @300,30,50,20
    """)

    assert related(Relation.NEAR, "alice", "one two", snapshot) == ["one"]
    assert related(Relation.NEAR, "bob", "one two", snapshot) == ["two"]


def test_near_is_the_thing_itself_or_its_label_when_that_is_what_was_named() -> None:
    snapshot = page("""
        label "Alice" for=box #label
        checkbox #box
        checkbox #other
    """)

    assert related(Relation.NEAR, "label", "box other", snapshot) == ["box"]
    assert related(Relation.NEAR, "box", "box other", snapshot) == ["box"]


def test_within_is_what_the_anchor_contains() -> None:
    assert related(Relation.WITHIN, "first", "edit_alice edit_bob", TABLE) == ["edit_alice"]


def test_within_a_heading_is_what_follows_up_to_the_next_of_its_level() -> None:
    snapshot = page("""
        h1 "Shop" #shop
        h2 "Billing" #billing
        textbox #one
        h3 "Details" #details
        textbox #two
        h2 "Shipping" #shipping
        textbox #three
    """)
    fields = "one two three"

    assert related(Relation.WITHIN, "billing", fields, snapshot) == ["one", "two"]
    assert related(Relation.WITHIN, "details", fields, snapshot) == ["two"]
    assert related(Relation.WITHIN, "shop", fields, snapshot) == ["one", "two", "three"]


def test_within_a_tab_is_what_it_controls() -> None:
    snapshot = page("""
        tab "One" #tab aria-controls=panel
        tab "Two" #other
        div #panel
          button #inside
        button #outside
    """)

    assert related(Relation.WITHIN, "tab", "inside outside", snapshot) == ["inside"]


def test_within_words_is_what_shares_their_surroundings() -> None:
    assert related(Relation.WITHIN, "bob", "edit_alice edit_bob", TABLE) == ["edit_bob"]


def test_nothing_is_within_words_that_share_only_the_page() -> None:
    snapshot = page('"Alone" #alone\nbutton #one')

    assert related(Relation.WITHIN, "alone", "one", snapshot) == []


def test_two_that_are_about_as_near_are_both_near() -> None:
    assert relations.nearest(Relation.NEAR, [1, 2, 3], {1: 100.0, 2: 110.0, 3: 400.0}) == [1, 2]
    assert relations.nearest(Relation.NEAR, [1, 2], {1: 0.0, 2: 10.0}) == [1]
    assert relations.nearest(Relation.NEAR, [], {}) == []
