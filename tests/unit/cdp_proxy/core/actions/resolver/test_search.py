"""From a target in words to the elements that it may mean: by what they are called."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.steps import Kind, Method, Target
from tests.fakes.pages import page
from tests.unit.cdp_proxy.core.actions.resolver.searching import TWO_EDITS, found, named, quoted


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
