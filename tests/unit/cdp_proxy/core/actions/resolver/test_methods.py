"""What a method can be done to."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver import methods
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Kind, Method
from tests.fakes.pages import page, the


@pytest.mark.parametrize(
    ("method", "line"),
    [
        (Method.FILL, "textbox"),
        (Method.TYPE, "div contenteditable=true"),
        (Method.CLEAR, "textarea"),
        (Method.CHECK, "switch"),
        (Method.UNCHECK, "checkbox"),
        (Method.SELECT, "select"),
        (Method.SELECT, 'option "Blue"'),
        (Method.SET, "slider"),
        (Method.SET, "textbox type=color"),
        (Method.UPLOAD, "file"),
        (Method.CLICK, 'button "Go"'),
        (Method.EXPAND, 'button "More" +collapsed'),
        (Method.WAIT_FOR, '"Done"'),
    ],
)
def test_a_method_fits_what_it_is_made_for(method: Method, line: str) -> None:
    assert methods.fit(page(line).elements[0], method) == 1


@pytest.mark.parametrize(
    ("method", "line"),
    [(Method.FILL, 'button "Go"'), (Method.CHECK, "textbox"), (Method.SET, "checkbox")],
)
def test_some_methods_cannot_be_done_to_some_things(method: Method, line: str) -> None:
    assert methods.fit(page(line).elements[0], method) == 0


def test_a_click_rather_means_a_control_than_a_text_or_an_option_of_a_closed_list() -> None:
    button, option, text = page('button "Go"\noption "Go"\n"Go"').elements

    fits = [methods.fit(element, Method.CLICK) for element in (button, option, text)]

    assert fits == [1, methods.IN_A_LIST, methods.PLAIN]


def test_an_upload_may_begin_with_a_button_and_a_choice_be_a_tab() -> None:
    button, tab = page('button "Choose file"\ntab "Details"').elements

    assert methods.fit(button, Method.UPLOAD) == methods.PLAIN
    assert methods.fit(tab, Method.SELECT) == methods.PLAIN


def test_what_cannot_be_seen_is_out_of_reach_but_for_what_stands_behind_something_else() -> None:
    button, file, box = page('button "Go" hidden\nfile hidden\ncheckbox hidden').elements

    assert not methods.is_reachable(button, Method.CLICK)
    assert methods.is_reachable(file, Method.UPLOAD)
    assert methods.is_reachable(box, Method.CHECK)
    assert not methods.is_reachable(box, Method.CLICK)


def test_a_click_on_an_icon_or_a_label_is_one_on_its_button_or_box() -> None:
    snapshot = page("""
        button "Delete" #button
          svg #icon
        label "News" for=news #label
        checkbox #news
        "Plain" #plain
    """)
    view = View(snapshot)

    def acted_on(name: str, method: Method = Method.CLICK) -> int:
        return methods.acted_on(the(snapshot, name).ref, method, view)

    assert acted_on("icon") == the(snapshot, "button").ref
    assert acted_on("label") == the(snapshot, "news").ref
    assert acted_on("plain") == the(snapshot, "plain").ref
    assert acted_on("icon", Method.WAIT_FOR) == the(snapshot, "icon").ref


def test_a_label_is_clicked_itself_when_its_box_cannot_be_seen() -> None:
    snapshot = page('label "News" for=news #label\ncheckbox #news hidden')

    assert methods.acted_on(0, Method.CLICK, View(snapshot)) == 0


def test_what_is_open_is_not_due_to_be_expanded() -> None:
    opened, closed = page('button "A" +expanded\nbutton "B" +collapsed').elements

    assert [methods.is_due(e, Method.EXPAND) for e in (opened, closed)] == [False, True]
    assert [methods.is_due(e, Method.COLLAPSE) for e in (opened, closed)] == [True, False]
    assert methods.is_due(opened, Method.CLICK)


def test_a_method_says_more_than_a_kind_of_what_is_needed() -> None:
    field, box = page("textbox\ncheckbox").elements
    by_method = methods.needed(Method.FILL, Kind.CHECKBOX)
    by_kind = methods.needed(Method.CLICK, Kind.CHECKBOX)

    assert by_method
    assert by_method(field)
    assert by_kind
    assert by_kind(box)
    assert methods.needed(Method.CLICK, Kind.BUTTON) is None


def test_what_has_one_line_is_hardly_scrolled() -> None:
    snapshot = page('textbox "Name" #name\ntextarea "Terms" #terms')
    line, area = (e for e in snapshot.elements if "id" in e.attributes)

    assert methods.fit(line, Method.SCROLL) < methods.fit(area, Method.SCROLL)
