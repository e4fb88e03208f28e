"""By what they are, and by what is to be done to them."""

from __future__ import annotations

from cdp_proxy.core.actions.steps import Kind, Method, Target
from tests.fakes.pages import page
from tests.unit.cdp_proxy.core.actions.resolver.searching import found, named, quoted


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
