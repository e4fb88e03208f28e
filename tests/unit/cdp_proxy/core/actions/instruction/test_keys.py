from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction.keys import LONGEST, is_surely_key, read_chord


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("enter", "Enter"),
        ("Return", "Enter"),
        ("ESC", "Escape"),
        ("page  down", "PageDown"),
        ("left arrow", "ArrowLeft"),
        ("↑", "ArrowUp"),
        ("f12", "F12"),
        ("ctrl", "Control"),
    ],
)
def test_a_key_is_known_by_what_people_call_it(said: str, key: str) -> None:
    assert read_chord(said) == key


@pytest.mark.parametrize("character", ["a", "A", "?", "+", "ß"])
def test_one_character_is_its_own_key(character: str) -> None:
    assert read_chord(character) == character


@pytest.mark.parametrize(
    ("said", "chord"),
    [
        ("Ctrl+A", "Control+A"),
        ("ctrl + c", "Control+C"),
        ("shift-tab", "Shift+Tab"),
        ("Ctrl Shift End", "Control+Shift+End"),
        ("control+control+a", "Control+A"),
        ("cmd/ctrl+s", "ControlOrMeta+S"),
        ("alt+left arrow", "Alt+ArrowLeft"),
        ("ctrl++", "Control++"),
        ("ctrl+-", "Control+-"),
    ],
)
def test_a_chord_is_modifiers_and_a_key(said: str, chord: str) -> None:
    assert read_chord(said) == chord


@pytest.mark.parametrize("said", ["Save", "a+b", "ctrl+save", "f13", "", "ctrl+" + "a" * LONGEST])
def test_other_words_are_no_key(said: str) -> None:
    assert read_chord(said) is None


@pytest.mark.parametrize(
    ("chord", "surely"),
    [("Enter", True), ("Control+A", True), ("Delete", False), ("ArrowLeft", False), ("x", False)],
)
def test_a_key_that_buttons_are_named_after_is_not_surely_one(chord: str, surely: bool) -> None:
    assert is_surely_key(chord) is surely
