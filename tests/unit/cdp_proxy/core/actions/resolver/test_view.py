"""Looking things up in a snapshot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.elements import Snapshot
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.view import Replayed, View
from cdp_proxy.core.actions.resolver.words import LITERAL, SAME, Needle
from tests.fakes.pages import page, the

TREE = """
div #outer
  div #left
    button "A" #a
    button "B" #b
  div #right
    button "C" #c
"""


@pytest.fixture
def snapshot() -> Snapshot:
    return page(TREE)


def test_what_has_the_name_is_found_by_it(snapshot: Snapshot) -> None:
    view = View(snapshot)

    assert view.called(Needle("A"))[the(snapshot, "a").ref] == LITERAL
    assert view.called(Needle("a"))[the(snapshot, "a").ref] == SAME
    assert view.called(Needle("D")) == {}


@given(st.text(min_size=1, max_size=12), st.booleans())
def test_ruling_texts_out_early_loses_none(text: str, exactly: bool) -> None:
    name = text.replace('"', "").replace("\r", "").strip() or "x"
    view = View(page('button "A"'))
    view._bearers[name] = [(0, 1.0)]

    assert view.called(Needle(name), exactly=exactly)[0] == LITERAL


def test_what_is_called_nearly_so_is_found(snapshot: Snapshot) -> None:
    view = View(page('button "Subscribe" #s'))

    assert list(view.nearly_called(Needle("Subscirbe"))) == [0]
    assert view.nearly_called(Needle("Checkout")) == {}


def test_one_is_around_another_but_never_around_itself(snapshot: Snapshot) -> None:
    view = View(snapshot)
    outer, left, a, c = (the(snapshot, name).ref for name in ("outer", "left", "a", "c"))

    assert view.contains(outer, a)
    assert view.contains(left, a)
    assert not view.contains(left, c)
    assert not view.contains(a, a)
    assert not view.contains(a, left)


def test_two_meet_in_the_innermost_that_has_both(snapshot: Snapshot) -> None:
    view = View(snapshot)
    outer, left, a, b, c = (the(snapshot, n).ref for n in ("outer", "left", "a", "b", "c"))

    assert view.meeting_point(a, b) == left
    assert view.meeting_point(a, c) == outer
    assert view.meeting_point(left, a) == left


def test_two_that_share_nothing_meet_in_the_page() -> None:
    view = View(page('button "A"\nbutton "B"'))

    assert view.meeting_point(0, 1) == -1
    assert view.sizes[-1] == 2


def test_a_size_counts_all_within(snapshot: Snapshot) -> None:
    view = View(snapshot)

    assert view.sizes[the(snapshot, "outer").ref] == 6
    assert view.sizes[the(snapshot, "left").ref] == 3
    assert view.inside(the(snapshot, "left").ref) == [the(snapshot, n).ref for n in ("a", "b")]


def test_only_the_last_modal_dialog_that_is_open_counts() -> None:
    snapshot = page("""
        button "Behind" #behind
        dialog open=true #first
          button "One" #one
        div aria-modal=true #second
          button "Two" #two
        dialog #closed hidden
    """)

    assert View(snapshot).modals == {the(snapshot, "second").ref, the(snapshot, "two").ref}


def test_a_label_belongs_to_what_it_names_or_holds() -> None:
    snapshot = page("""
        label "Email" for=mail #by_id
        textbox #mail
        label #around
          checkbox #box
          "Remember me"
        label "Nothing" #alone
    """)
    view = View(snapshot)

    assert view.labelled_control(the(snapshot, "by_id").ref) == the(snapshot, "mail").ref
    assert view.labelled_control(the(snapshot, "around").ref) == the(snapshot, "box").ref
    assert view.labelled_control(the(snapshot, "alone").ref) is None
    assert view.labelled_control(the(snapshot, "mail").ref) is None


def test_words_belong_to_the_only_control_near_them() -> None:
    snapshot = page("""
        div
          div
            "Alice" #alice
            div
              checkbox #one
          div
            "Bob" #bob
            checkbox #two
            checkbox #three
    """)
    view = View(snapshot)

    assert (
        view.control_of(the(snapshot, "alice").ref, traits.is_checkable) == the(snapshot, "one").ref
    )
    assert view.control_of(the(snapshot, "bob").ref, traits.is_checkable) is None
    assert view.control_of(the(snapshot, "alice").ref, traits.is_list) is None


def test_what_is_made_once_is_made_once_for_each_key(snapshot: Snapshot) -> None:
    view, made = View(snapshot), []

    def make() -> list[None]:
        made.append(None)
        return made

    assert view.once("a", make) is view.once("a", make)
    assert len(made) == 1
    view.once("b", make)
    assert len(made) == 2


def test_what_is_replayed_is_made_when_it_is_needed_and_once() -> None:
    made: list[int] = []
    replayed = Replayed(made.append(number) or number for number in range(3))

    assert next(iter(replayed)) == 0
    assert made == [0]
    assert list(replayed) == list(replayed) == [0, 1, 2]
    assert made == [0, 1, 2]
