"""What elements are for."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import traits
from tests.fakes.pages import page


def one(line: str) -> Element:
    return page(line).elements[0]


@pytest.mark.parametrize(
    "line",
    [
        'textbox "Email"',
        "textbox type=password",
        "textbox type=date",
        "textarea",
        "div contenteditable=true",
        "div role=textbox +editable",
        "spinbutton type=number",
    ],
)
def test_what_takes_typing_is_editable(line: str) -> None:
    assert traits.is_editable(one(line))


@pytest.mark.parametrize(
    "line", ["checkbox", 'button "Go"', "slider", "file", "div contenteditable=false", "select"]
)
def test_what_takes_no_typing_is_not_editable(line: str) -> None:
    assert not traits.is_editable(one(line))


@pytest.mark.parametrize(
    "line", ["checkbox", "radio", "switch", 'button "Bold" aria-pressed=false', "menuitemcheckbox"]
)
def test_what_is_on_or_off_is_checkable(line: str) -> None:
    assert traits.is_checkable(one(line))


def test_options_are_no_lists_and_lists_no_options() -> None:
    assert traits.is_option(one('option "Blue"'))
    assert not traits.is_list(one('option "Blue"'))
    assert traits.is_list(one("select"))
    assert not traits.is_option(one("select"))


def test_links_fields_and_options_are_controls_and_texts_are_not() -> None:
    assert all(traits.is_control(one(line)) for line in ('link "A"', "textbox", 'option "B"'))
    assert not any(traits.is_control(one(line)) for line in ('"A text"', "div clickable", "img"))


def test_the_type_of_an_input_is_in_lower_case() -> None:
    assert traits.input_type(one("textbox type=PASSWORD")) == "password"
    assert traits.is_file_input(one("file"))


def test_classes_are_read_word_by_word() -> None:
    assert traits.class_words(one("div .btnPrimary .is-open")) == {"btn", "primary", "is", "open"}
    assert traits.class_words(one("div")) == frozenset()


def test_a_slider_is_told_by_its_handle_when_no_role_says_so() -> None:
    assert traits.is_slider(one("slider"))
    assert traits.is_slider(one("span .rangeslider__thumb .slider-thumb"))
    assert not traits.is_slider(one("div .slick-slider"))


def test_sorts_are_the_words_of_html() -> None:
    assert "textarea" in traits.sorts(one("textarea"))
    assert "text" in traits.sorts(one("textbox"))
    assert "text" in traits.sorts(one("textbox type=input"))
    assert "text" not in traits.sorts(one("textbox type=password"))
    assert traits.sorts(one("div")) == frozenset()


def test_lists_fields_and_boxes_take_a_value_and_buttons_do_not() -> None:
    assert traits.takes_a_value(one("button aria-haspopup=listbox"))
    assert traits.takes_a_value(one("checkbox"))
    assert not traits.takes_a_value(one('button "Buy"'))
