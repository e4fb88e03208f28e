from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.pickers import (
    changes,
    check_choice,
    may_change_picker,
    may_open_chooser,
    parse_picker,
)
from shared.envelope.incoming import (
    ChooseInput,
    CopyInput,
    InputDescription,
    KeyInput,
    MouseInput,
    PasteInput,
    TextInput,
    TouchInput,
)
from shared.envelope.outgoing import PickerOption, PickerState
from shared.errors import InvalidRequest

LIST = PickerState(
    target_id="T1",
    kind="select",
    label="Colour",
    options=(
        PickerOption(index=0, label="Red", selected=True),
        PickerOption(index=2, label="Green"),
        PickerOption(index=3, label="Blue", group="Dark", disabled=True),
    ),
)
FILE = PickerState(target_id="T1", kind="file", accept="image/*")
DATE = PickerState(target_id="T1", kind="date", value="2026-01-31")


def refused(picker: PickerState, **choice: Any) -> Any:
    with pytest.raises(InvalidRequest) as error:
        check_choice(picker, ChooseInput(**choice))
    return error.value.details["field"]


def test_what_the_page_says_is_what_viewers_are_told() -> None:
    described = {
        "kind": "select",
        "label": "Colour",
        "options": [
            {"index": 0, "label": "Red", "group": "", "selected": True, "disabled": False},
            {"index": 2, "label": "Green", "group": "", "selected": False, "disabled": False},
            {"index": 3, "label": "Blue", "group": "Dark", "selected": False, "disabled": True},
        ],
    }

    assert parse_picker("T1", described) == LIST


def test_nothing_open_is_none() -> None:
    assert parse_picker("T1", None) is None


def mouse(action: Any) -> MouseInput:
    return MouseInput(action=action, x=1, y=1)


@pytest.mark.parametrize(
    ("event", "closed", "is_open"),
    [
        (mouse("down"), True, True),
        (mouse("up"), True, True),
        (mouse("move"), False, False),
        (mouse("wheel"), False, False),
        (TouchInput(action="end"), True, True),
        (TouchInput(action="cancel"), False, False),
        (KeyInput(action="press", key=" "), True, True),
        (KeyInput(action="down", key="ArrowDown"), True, True),
        (KeyInput(action="up", key="ArrowDown"), False, False),
        (KeyInput(action="press", key="Escape"), False, True),
        (KeyInput(action="press", key="a"), False, True),
        (TextInput(text="a"), False, False),
        (PasteInput(text="a"), False, False),
        (CopyInput(), False, False),
        (ChooseInput(), False, False),
    ],
)
def test_a_page_is_asked_after_what_may_open_or_close_a_popup(
    event: InputDescription, closed: bool, is_open: bool
) -> None:
    assert may_change_picker(event, is_open=False) is closed
    assert may_change_picker(event, is_open=True) is is_open


@pytest.mark.parametrize("choice", [ChooseInput(), ChooseInput(index=0), ChooseInput(index=2)])
def test_what_a_list_offers_can_be_chosen(choice: ChooseInput) -> None:
    check_choice(LIST, choice)


@pytest.mark.parametrize("index", [1, 3, 4])
def test_what_a_list_does_not_offer_is_refused(index: int) -> None:
    assert refused(LIST, index=index) == "event.index"


def test_a_list_takes_no_value_and_a_date_no_index() -> None:
    assert refused(LIST, value="Red") == "event.value"
    assert refused(DATE, index=0) == "event.index"
    check_choice(DATE, ChooseInput(value="2026-02-01"))


@pytest.mark.parametrize(
    ("event", "may"),
    [
        (mouse("down"), True),
        (mouse("up"), True),
        (mouse("move"), False),
        (mouse("wheel"), False),
        (TouchInput(action="start"), True),
        (TouchInput(action="end"), True),
        (TouchInput(action="move"), False),
        (KeyInput(action="press", key="a"), True),
        (KeyInput(action="up", key="a"), False),
        (TextInput(text="a"), False),
        (CopyInput(), False),
    ],
)
def test_a_page_may_open_a_chooser_after_what_is_pressed(
    event: InputDescription, may: bool
) -> None:
    assert may_open_chooser(event) is may


def test_a_chooser_takes_as_many_files_as_it_wants_or_none() -> None:
    several = PickerState(target_id="T1", kind="file", multiple=True)

    check_choice(FILE, ChooseInput())
    check_choice(FILE, ChooseInput(files=("a",)))
    check_choice(several, ChooseInput(files=("a", "b")))

    assert refused(FILE, files=("a", "b")) == "event.files"


def test_a_chooser_takes_files_alone_and_nothing_else_does() -> None:
    assert refused(FILE, index=0) == "event.index"
    assert refused(FILE, value="a") == "event.value"
    assert refused(LIST, files=("a",)) == "event.files"
    assert refused(DATE, files=("a",)) == "event.files"


@pytest.mark.parametrize(
    ("picker", "choice", "changed"),
    [
        (LIST, ChooseInput(), False),
        (LIST, ChooseInput(index=0), False),
        (LIST, ChooseInput(index=2), True),
        (DATE, ChooseInput(), False),
        (DATE, ChooseInput(value="2026-01-31"), False),
        (DATE, ChooseInput(value=""), True),
    ],
)
def test_the_same_again_is_no_change(
    picker: PickerState, choice: ChooseInput, changed: bool
) -> None:
    assert changes(picker, choice) is changed
