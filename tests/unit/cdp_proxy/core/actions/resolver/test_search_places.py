"""By where they are, and by how they look."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.search import AnchorNotFound
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target
from tests.fakes.pages import page
from tests.unit.cdp_proxy.core.actions.resolver.searching import found, named, quoted


class TestPlace:
    """By where it is."""

    TABLE = """
        h2 "People"
        table
          row
            cell "Alice"
            cell
              button "Edit" #edit_alice
              button "Delete" #delete_alice
          row
            cell "Bob"
            cell
              button "Edit" #edit_bob
              button "Delete" #delete_bob
        h2 "Groups"
        button "Edit" #edit_groups
    """

    @pytest.mark.parametrize(
        ("relation", "anchor", "expected"),
        [
            (Relation.WITHIN, Target(text="Bob", kind=Kind.ROW), "edit_bob"),
            (Relation.WITHIN, Target(text="Bob"), "edit_bob"),
            (Relation.NEAR, Target(text="Alice", quoted=True), "edit_alice"),
            (Relation.WITHIN, Target(text="Groups", kind=Kind.SECTION), "edit_groups"),
            (Relation.AFTER, Target(text="Bob"), "edit_bob"),
            (Relation.BEFORE, Target(text="Bob"), "edit_alice"),
            (Relation.BELOW, Target(text="Groups"), "edit_groups"),
        ],
    )
    def test_a_relation_tells_equals_apart(
        self, relation: Relation, anchor: Target, expected: str
    ) -> None:
        target = quoted("Edit", kind=Kind.BUTTON, relation=relation, anchor=anchor)

        assert found(page(self.TABLE), target) == [expected]

    def test_an_ordinal_counts_equals_in_reading_order(self) -> None:
        snapshot = page(self.TABLE)

        assert found(snapshot, quoted("Edit", ordinal=2)) == ["edit_bob"]
        assert found(snapshot, quoted("Edit", ordinal=-1)) == ["edit_groups"]
        assert found(snapshot, quoted("Edit", ordinal=4)) == []

    def test_an_ordinal_counts_longer_names_when_the_exact_ones_are_too_few(self) -> None:
        snapshot = page('button "Add tea" #tea\nbutton "Add" #add\nbutton "Add milk" #milk')

        assert found(snapshot, named("add", ordinal=1)) == ["add"]
        assert found(snapshot, named("add", ordinal=3)) == ["milk"]

    def test_an_ordinal_counts_outwards_along_a_direction(self) -> None:
        before_bob = Target(
            kind=Kind.BUTTON, ordinal=1, relation=Relation.BEFORE, anchor=Target(text="Bob")
        )

        assert found(page(self.TABLE), before_bob) == ["delete_alice"]

    def test_every_means_all_of_them(self) -> None:
        snapshot = page(self.TABLE)
        in_table = {"relation": Relation.WITHIN, "anchor": Target(kind=Kind.TABLE)}

        assert len(found(snapshot, quoted("Edit", every=True))) == 3
        assert found(snapshot, quoted("Edit", every=True, **in_table)) == ["edit_alice", "edit_bob"]

    def test_the_target_may_tell_which_of_two_anchors_is_meant(self) -> None:
        snapshot = page("""
            div
              div
                "Alice"
                "41"
              "Other words"
            div
              "Alice"
              button "Edit" #edit
        """)
        target = named("edit", relation=Relation.WITHIN, anchor=Target(text="Alice"))

        assert found(snapshot, target) == ["edit"]

    def test_an_anchor_that_is_not_there_is_named(self) -> None:
        target = named("edit", relation=Relation.NEAR, anchor=Target(text="Zoë"))

        with pytest.raises(AnchorNotFound) as error:
            found(page(self.TABLE), target)

        assert error.value.anchor == Target(text="Zoë")

    def test_what_is_in_the_open_dialog_wins_over_what_is_behind_it(self) -> None:
        snapshot = page("""
            button "Delete" #behind
            button "Archive" #archive
            div role=dialog aria-modal=true
              button "Delete" #inside
        """)

        assert found(snapshot, named("delete")) == ["inside"]
        assert found(snapshot, named("archive")) == ["archive"]
        assert found(snapshot, Target(kind=Kind.BUTTON)) == ["inside"]


class TestQualities:
    """By what it looks like."""

    def test_colours_and_shapes_tell_things_apart(self) -> None:
        snapshot = page("""
            svg
              circle #red_circle color=rgb(255,0,0) @0,0,20,20
              circle #blue_circle color=rgb(0,0,255) @30,0,20,20
              rect #red_rect color=rgb(255,0,0) @60,0,20,20
        """)

        assert found(snapshot, Target(kind=Kind.SHAPE, qualities=("red", "circle"))) == [
            "red_circle"
        ]
        assert found(snapshot, Target(kind=Kind.SHAPE, qualities=("blue",))) == ["blue_circle"]

    def test_every_shade_of_a_colour_is_of_it(self) -> None:
        snapshot = page("""
            div #pure color=rgb(0,0,255)
            div #navy color=rgb(0,0,100)
            div #sky color=rgb(90,150,250)
            div #red color=rgb(250,0,0)
        """)

        assert found(snapshot, Target(qualities=("blue",), every=True)) == ["pure", "navy", "sky"]

    def test_states_tell_boxes_apart(self) -> None:
        snapshot = page("checkbox #on +checked\ncheckbox #off")

        assert found(snapshot, Target(kind=Kind.CHECKBOX, qualities=("unchecked",))) == ["off"]

    def test_a_type_that_is_said_as_a_name_need_not_be_one(self) -> None:
        snapshot = page('textbox "User"\ntextbox "Secret" type=password #secret')
        target = named("password", kind=Kind.FIELD, qualities=("password",))

        assert found(snapshot, target, Method.FILL) == ["secret"]

    def test_any_is_the_first(self) -> None:
        snapshot = page('button "A" #a\nbutton "B" #b')

        assert found(snapshot, Target(kind=Kind.BUTTON, qualities=("any",))) == ["a"]
