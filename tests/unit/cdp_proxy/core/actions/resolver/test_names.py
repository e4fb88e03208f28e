"""What an element may be called by."""

from __future__ import annotations

from cdp_proxy.core.actions.resolver import names
from tests.fakes.pages import page, the


def test_the_accessible_name_says_more_than_a_hint_and_that_more_than_an_identifier() -> None:
    snapshot = page('textbox "Email" #userMail placeholder="you@example.org"')

    called = names.names_of(snapshot.elements[0], snapshot)

    assert called["Email"] == names.NAME
    assert called["you@example.org"] == names.HINT
    assert called["userMail"] == names.IDENTIFIER


def test_what_a_field_holds_is_the_least_of_its_visible_names() -> None:
    snapshot = page('textbox "City" value="Paris"')

    assert names.names_of(snapshot.elements[0], snapshot)["Paris"] == names.CONTENT


def test_a_list_is_not_called_by_its_options() -> None:
    snapshot = page("""
        select "Colour"
          option "Blue"
    """)

    assert "Blue" not in names.names_of(snapshot.elements[0], snapshot)


def test_words_in_front_of_a_field_without_a_label_name_it() -> None:
    snapshot = page("""
        div
          "User name" @0,0,100,20
          textbox #user @110,0,200,20
          "Password" @0,30,100,20
          textbox #password @110,30,200,20
    """)

    assert names.words_beside(the(snapshot, "user"), snapshot) == "User name"
    assert names.words_beside(the(snapshot, "password"), snapshot) == "Password"


def test_words_behind_a_box_name_it() -> None:
    snapshot = page("""
        checkbox #one @0,0,20,20
        "Apples" @30,0,100,20
        checkbox #two @0,30,20,20
        "Pears" @30,30,100,20
    """)

    assert names.words_beside(the(snapshot, "one"), snapshot) == "Apples"
    assert names.words_beside(the(snapshot, "two"), snapshot) == "Pears"


def test_words_far_above_a_field_do_not_name_it() -> None:
    snapshot = page("""
        "Welcome" @0,0,100,20
        textbox #field @0,300,200,20
    """)

    assert names.words_beside(the(snapshot, "field"), snapshot) == ""


def test_the_label_of_another_field_does_not_name_this_one() -> None:
    snapshot = page("""
        label "Email" for=mail @0,0,100,20
        textbox #other @0,30,200,20
    """)

    assert names.words_beside(the(snapshot, "other"), snapshot) == ""
