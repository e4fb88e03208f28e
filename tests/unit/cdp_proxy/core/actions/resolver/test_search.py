"""From a target in words to the elements that it may mean."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.elements import Snapshot
from cdp_proxy.core.actions.resolver.search import AnchorNotFound, find
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target
from tests.fakes.pages import page


def found(snapshot: Snapshot, target: Target, method: Method = Method.CLICK) -> list[str]:
    """Ids of what a target may mean."""
    view = View(snapshot)
    return [view.elements[ref].attributes.get("id", "") for ref in find(target, method, view)]


def named(text: str, **more: object) -> Target:
    return Target(text=text, **more)  # type: ignore[arg-type]


def quoted(text: str, **more: object) -> Target:
    return Target(text=text, quoted=True, **more)  # type: ignore[arg-type]


class TestWords:
    """By what it is called."""

    @pytest.mark.parametrize(
        "line",
        [
            'button "Sign in" #it',
            'link called="Sign in" #it',
            'div "Sign in" #it',
            'button title="Sign in" #it',
            'button aria-label="sign in" #it',
            'button "SIGN IN!" #it',
            'button "Sign in now" #it',
            "button data-testid=signIn #it",
            'img alt="Sign in" #it',
        ],
    )
    def test_any_of_its_names_will_do(self, line: str) -> None:
        snapshot = page(f'button "Register" #other\n{line}')

        assert found(snapshot, named("sign in")) == ["it"]

    def test_an_exact_name_wins_over_a_longer_one(self) -> None:
        snapshot = page('button "Save as" #longer\nbutton "Save" #exact\nbutton "Save all" #all')

        assert found(snapshot, named("save")) == ["exact"]
        assert found(snapshot, quoted("Save")) == ["exact"]

    def test_part_of_two_names_is_a_tie(self) -> None:
        snapshot = page('button "Save as" #one\nbutton "Save all of it" #two')

        assert found(snapshot, named("save")) == ["one", "two"]

    def test_quoted_words_are_not_corrected(self) -> None:
        snapshot = page('button "Subscribe" #it')

        assert found(snapshot, named("Subscirbe")) == ["it"]
        assert found(snapshot, quoted("Subscirbe")) == []

    def test_quoted_words_differ_by_case_when_that_tells_things_apart(self) -> None:
        snapshot = page('button "submit" #lower\nbutton "Submit" #upper')

        assert found(snapshot, quoted("Submit")) == ["upper"]
        assert found(snapshot, quoted("SUBMIT")) == ["lower", "upper"]

    def test_quoted_words_may_be_part_of_a_name(self) -> None:
        snapshot = page('button "Delete account" #it\nbutton "Cancel" #other')

        assert found(snapshot, quoted("delete")) == ["it"]

    def test_no_correction_is_made_while_something_has_the_words(self) -> None:
        snapshot = page('button "Test results" #has\nbutton "Tests" #plural\nbutton "Text" #other')

        assert found(snapshot, named("test")) == ["plural"]

    def test_a_number_is_never_taken_for_another(self) -> None:
        snapshot = page('button "Item 12" #twelve\nbutton "Item 13" #thirteen')

        assert found(snapshot, named("item 13")) == ["thirteen"]
        assert found(snapshot, named("item 14")) == []

    def test_signs_are_names_too(self) -> None:
        snapshot = page('button "+" #plus\nbutton "-" #minus\nbutton "1" #one')

        assert found(snapshot, quoted("+")) == ["plus"]
        assert found(snapshot, quoted("-")) == ["minus"]


class TestKinds:
    """By what it is."""

    def test_a_kind_tells_things_of_one_name_apart(self) -> None:
        snapshot = page('link "Search" #link\nbutton "Search" #button\ntextbox "Search" #field')

        assert found(snapshot, named("search", kind=Kind.LINK)) == ["link"]
        assert found(snapshot, named("search", kind=Kind.BUTTON)) == ["button"]
        assert found(snapshot, named("search", kind=Kind.FIELD)) == ["field"]
        assert found(snapshot, named("search")) == ["link", "button", "field"]

    def test_a_wrong_kind_is_forgiven_when_the_name_is_right(self) -> None:
        snapshot = page('"Continue" clickable #it\n"Other" #other')

        assert found(snapshot, quoted("Continue", kind=Kind.TAB)) == ["it"]
        assert found(snapshot, quoted("Contin", kind=Kind.TAB)) == []

    def test_the_only_one_of_its_kind_needs_no_name(self) -> None:
        snapshot = page('"Text"\nlink "Home" #link\nbutton "Go" #button')

        assert found(snapshot, Target(kind=Kind.BUTTON)) == ["button"]

    def test_of_several_the_one_that_can_be_used_is_meant(self) -> None:
        snapshot = page('button "A" +disabled #a\nbutton "B" #b\nbutton "C" @0,2000,9,9 #c')

        assert found(snapshot, Target(kind=Kind.BUTTON)) == ["b"]

    def test_a_row_or_item_is_called_by_what_is_in_it(self) -> None:
        snapshot = page("""
            row #one
              cell "Alice"
              cell "41"
            row #two
              cell "Bob"
              cell "14"
            div .card #card
              h3 "Alice"
        """)

        assert found(snapshot, named("Alice", kind=Kind.ROW)) == ["one"]
        assert found(snapshot, named("Alice", kind=Kind.ITEM)) == ["card"]

    def test_rows_of_headings_are_not_counted(self) -> None:
        snapshot = page("""
            row #head
              th "Name"
            row #first
              cell "Alice"
            row #second
              cell "Bob"
        """)

        assert found(snapshot, Target(kind=Kind.ROW, ordinal=1)) == ["first"]


class TestMethods:
    """By what is to be done to it."""

    FORM = """
        label "Email" for=mail #label
        textbox "Email" #mail
        heading "Newsletter" #heading
        label "Newsletter" for=news #news_label
        checkbox "Newsletter" #news
        "City" #city_words
        textbox #city
        select "Country" #country
          option "France" #france
          option "Spain" #spain
        button "Email" #button
    """

    def test_filling_means_the_field_and_never_the_label(self) -> None:
        assert found(page(self.FORM), named("email"), Method.FILL) == ["mail"]
        assert found(page(self.FORM), named("city"), Method.FILL) == ["city"]

    def test_checking_means_the_box(self) -> None:
        assert found(page(self.FORM), named("newsletter"), Method.CHECK) == ["news"]

    def test_clicking_means_what_can_be_clicked(self) -> None:
        assert found(page(self.FORM), named("newsletter")) == ["news"]

    def test_selecting_means_a_list_or_what_it_offers(self) -> None:
        assert found(page(self.FORM), named("country"), Method.SELECT) == ["country"]
        assert found(page(self.FORM), named("Spain"), Method.SELECT) == ["spain"]

    def test_selecting_falls_back_on_what_a_click_chooses(self) -> None:
        snapshot = page('tab "Details" #tab\n"Details" #words')

        assert found(snapshot, named("details"), Method.SELECT) == ["tab"]

    def test_what_cannot_be_filled_is_not_found_for_filling(self) -> None:
        assert found(page('button "Email"'), named("email"), Method.FILL) == []

    def test_a_box_belongs_to_the_words_of_its_row(self) -> None:
        snapshot = page("""
            row
              cell
                checkbox #alice
              cell
                "Alice"
            row
              cell
                checkbox #bob
              cell
                "Bob"
        """)

        assert found(snapshot, named("Bob"), Method.CHECK) == ["bob"]
        assert found(snapshot, named("Bob", kind=Kind.ROW), Method.CHECK) == ["bob"]

    def test_uploading_means_the_hidden_input_of_the_drop_zone(self) -> None:
        snapshot = page("""
            div #zone clickable
              "Drop files here or browse"
              file #input hidden
            button "Send" #send
        """)

        assert found(snapshot, named("drop files here"), Method.UPLOAD) == ["input"]
        assert found(snapshot, Target(kind=Kind.FILE), Method.UPLOAD) == ["input"]

    def test_uploading_falls_back_on_what_opens_a_chooser(self) -> None:
        snapshot = page('button "Attach" #attach\nbutton "Send" #send')

        assert found(snapshot, named("attach"), Method.UPLOAD) == ["attach"]

    def test_expanding_means_what_is_closed(self) -> None:
        snapshot = page('button "Section" +expanded #open\nbutton "Section" +collapsed #closed')

        assert found(snapshot, named("section"), Method.EXPAND) == ["closed"]
        assert found(snapshot, named("section"), Method.COLLAPSE) == ["open"]

    def test_a_click_rather_means_a_button_than_an_option_of_a_closed_list(self) -> None:
        snapshot = page('select\n  option "Other" #option\nbutton "Other" #button')

        assert found(snapshot, named("other")) == ["button"]

    def test_scrolling_means_the_heading_rather_than_the_link_to_it(self) -> None:
        snapshot = page('link "Reviews" #link\nheading "Reviews" #heading')

        assert found(snapshot, named("reviews"), Method.SCROLL_TO) == ["heading"]


class TestSameThing:
    """What amounts to one thing is one."""

    @pytest.mark.parametrize(
        "tree",
        [
            'button "Delete" #it\n  svg\n  span "Delete"',
            'div clickable\n  button "Delete" #it',
            'li\n  link "Delete" #it\n    span "Delete"',
            'div #it clickable\n  div\n    span "Delete"',
            'div\n  div\n    span "Delete" #it',
        ],
    )
    def test_a_wrapper_an_icon_and_their_control_are_one(self, tree: str) -> None:
        assert found(page(tree), named("delete")) == ["it"]

    def test_a_label_and_its_box_are_one_for_every_method(self) -> None:
        snapshot = page('label "News" for=news\ncheckbox "News" #news')

        for method in (Method.CLICK, Method.HOVER, Method.SCROLL_TO, Method.CHECK):
            assert found(snapshot, named("news"), method) == ["news"]

    def test_two_links_to_one_place_are_one(self) -> None:
        snapshot = page('link "Home" href=/ #logo\nlink "Home" href=/ #nav')

        assert found(snapshot, named("home")) == ["logo"]
        assert found(page(TWO_EDITS), named("edit")) == ["one", "two"]


TWO_EDITS = 'link "Edit" href=/1 #one\nlink "Edit" href=/2 #two'


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


class TestProse:
    """Words that occur in a text do not make it what is clicked."""

    def test_a_click_never_means_a_text_that_only_mentions_the_words(self) -> None:
        snapshot = page('p "Fill the form and press login"\nbutton "Log in here" #login')

        assert found(snapshot, named("press login")) == []
        assert found(snapshot, named("log in")) == ["login"]

    def test_a_text_that_is_called_so_may_be_clicked(self) -> None:
        assert found(page('p "Details" #it\np "More details"'), named("details")) == ["it"]

    def test_one_waits_for_a_text_by_part_of_it(self) -> None:
        snapshot = page('p "Your order was sent" #it')

        assert found(snapshot, named("order was sent"), Method.WAIT_FOR) == ["it"]


class TestLabels:
    """What `aria-labelledby` says."""

    LIST = """
        span "Size" #label
        button "Size Medium" #size text=Medium aria-haspopup=listbox aria-labelledby="label size"
        span "Sizes differ"
    """

    @pytest.mark.parametrize("method", [Method.SELECT, Method.CLICK])
    def test_words_that_name_a_list_mean_the_list(self, method: Method) -> None:
        assert found(page(self.LIST), named("size"), method) == ["size"]
        assert found(page(self.LIST), named("size", kind=Kind.LIST), method) == ["size"]

    def test_words_that_name_a_field_are_filled_in_there(self) -> None:
        snapshot = page('span "Town" #label\ndiv\n  textbox #town aria-labelledby=label\ntextbox')

        assert found(snapshot, named("town"), Method.FILL) == ["town"]

    def test_the_title_of_a_card_is_not_its_button(self) -> None:
        snapshot = page(
            'h3 "Tea" #title\nbutton "Add to the basket Tea" #buy aria-labelledby="buy title"'
        )

        assert found(snapshot, named("tea")) == ["title"]


class TestSorts:
    """By the words of those who write pages."""

    def test_the_word_for_a_sort_means_what_is_of_it_when_nothing_is_called_so(self) -> None:
        snapshot = page('p "Take a textarea"\ntextarea "Notes" #notes\ntextbox "Name" #name')

        assert found(snapshot, quoted("textarea")) == ["notes"]
        assert found(snapshot, quoted("text")) == ["name"]

    def test_what_is_called_so_goes_before(self) -> None:
        snapshot = page('link "Radio" #link\nradio "On" #on')

        assert found(snapshot, quoted("radio")) == ["link"]

    def test_a_name_may_end_in_the_word_for_a_kind(self) -> None:
        snapshot = page("""
            form "Reset" #form
              textbox "Name"
              button "Reset form" #reset
            link "Contact form" #contact
        """)

        assert found(snapshot, named("Reset", kind=Kind.FORM)) == ["reset"]
        assert found(snapshot, named("Contact", kind=Kind.FORM)) == ["contact"]

    def test_the_one_named_for_its_kind_is_meant_by_the_kind_alone(self) -> None:
        snapshot = page("""
            tab "Section #2" #two +collapsed
            tab "Submit" #submit +collapsed
        """)

        assert found(snapshot, Target(kind=Kind.SECTION), Method.EXPAND) == ["two"]

    def test_an_item_of_a_colour_may_be_anything_of_it(self) -> None:
        snapshot = page("""
            svg
              rect #red color=rgb(255,0,0)
              circle #cyan color=rgb(0,255,255)
        """)

        assert found(snapshot, Target(kind=Kind.ITEM, qualities=("aqua",))) == ["cyan"]

    def test_the_handle_of_a_slider_is_the_slider(self) -> None:
        snapshot = page("""
            div .slick-slider clickable
              img "Photo"
            div .ui-slider
              span .ui-slider-handle #handle clickable
        """)

        assert found(snapshot, Target(kind=Kind.SLIDER), Method.SET) == ["handle"]
