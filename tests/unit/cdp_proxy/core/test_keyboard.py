from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import pytest

from cdp_proxy.core.keyboard import ALT, CONTROL, META, SHIFT, chord, strike, typing

PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]


def sent(commands: Iterator[Any]) -> list[dict[str, Any]]:
    """The params of each command; inserted texts as `{"text"}`."""
    requests = [next(command) for command in commands]
    return [request["params"] for request in requests]


def struck(commands: Iterator[Any]) -> list[tuple[str, str, int]]:
    return [(it["type"], it["key"], it["modifiers"]) for it in sent(commands)]


@pytest.mark.parametrize("character", PRINTABLE)
def test_a_printable_character_is_typed_by_one_key_down_and_up(character: str) -> None:
    down, up = sent(typing(character))

    assert (down["type"], up["type"]) == ("keyDown", "keyUp")
    assert down["text"] == down["key"] == up["key"] == character
    assert down["code"] == up["code"]
    assert down["windowsVirtualKeyCode"] == up["windowsVirtualKeyCode"]
    assert "text" not in up


@pytest.mark.parametrize("character", PRINTABLE)
def test_shift_is_held_for_just_what_a_us_keyboard_shifts(character: str) -> None:
    down, _ = sent(typing(character))

    shifted = character in string.ascii_uppercase + '~!@#$%^&*()_+{}|:"<>?'
    assert down["modifiers"] == (SHIFT if shifted else 0)


def test_two_characters_share_a_key_only_with_and_without_shift() -> None:
    downs = [sent(typing(character))[0] for character in PRINTABLE]

    assert len({(down["code"], down["modifiers"]) for down in downs}) == len(PRINTABLE)


@pytest.mark.parametrize(
    ("character", "code", "key_code"),
    [("a", "KeyA", 65), ("Z", "KeyZ", 90), ("0", "Digit0", 48), (")", "Digit0", 48),
     (";", "Semicolon", 186), ('"', "Quote", 222), (" ", "Space", 32)],
)  # fmt: skip
def test_keys_are_where_a_us_keyboard_has_them(character: str, code: str, key_code: int) -> None:
    down, _ = sent(typing(character))

    assert (down["code"], down["windowsVirtualKeyCode"]) == (code, key_code)


def test_what_no_key_types_is_inserted_in_one_piece() -> None:
    steps = sent(typing("aäö→b"))

    assert [step["text"] for step in steps if "text" in step] == ["a", "äö→", "b"]
    assert "type" not in steps[2]


def test_a_text_that_ends_with_such_a_character_ends_with_it() -> None:
    assert sent(typing("né"))[-1] == {"text": "é"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_line_end_is_one_enter(line_end: str) -> None:
    downs = [step for step in sent(typing(f"a{line_end}b")) if step["type"] == "keyDown"]

    assert [down["key"] for down in downs] == ["a", "Enter", "b"]
    assert downs[1]["text"] == "\r"


def test_a_tab_types_no_text() -> None:
    assert [step["text"] for step in sent(typing("a\tb")) if step.get("text")] == ["a", "b"]


def test_nothing_is_typed_by_nothing() -> None:
    assert sent(typing("")) == []


def test_a_chord_holds_its_modifiers_and_lets_them_go_in_reverse() -> None:
    assert struck(chord("Control+Shift+ArrowDown")) == [
        ("rawKeyDown", "Control", CONTROL),
        ("rawKeyDown", "Shift", CONTROL | SHIFT),
        ("rawKeyDown", "ArrowDown", CONTROL | SHIFT),
        ("keyUp", "ArrowDown", CONTROL | SHIFT),
        ("keyUp", "Shift", CONTROL),
        ("keyUp", "Control", 0),
    ]


@pytest.mark.parametrize(("name", "bit"), [("Alt", ALT), ("Control", CONTROL), ("Meta", META)])
def test_a_letter_with_a_modifier_types_no_text(name: str, bit: int) -> None:
    _, down, *_ = sent(chord(f"{name}+A"))

    assert (down["type"], down["key"], down["modifiers"]) == ("rawKeyDown", "a", bit)
    assert "text" not in down


def test_a_letter_with_shift_alone_types_its_capital() -> None:
    _, down, *_ = sent(chord("Shift+A"))

    assert (down["type"], down["text"], down["modifiers"]) == ("keyDown", "A", SHIFT)


@pytest.mark.parametrize(
    ("alias", "key"),
    [("ctrl+c", "c"), ("cmd+v", "v"), ("esc", "Escape"), ("return", "Enter"), ("down", "ArrowDown"),
     ("pgup", "PageUp"), ("enter", "Enter"), ("F5", "F5"), ("f12", "F12"),
     ("backspace", "Backspace"),
     ("CTRL + Z", "z")],
)  # fmt: skip
def test_keys_go_by_their_usual_names(alias: str, key: str) -> None:
    downs = [name for kind, name, _ in struck(chord(alias)) if kind != "keyUp"]

    assert downs[-1] == key


def test_the_space_key_types_a_space() -> None:
    down, _ = sent(chord("Space"))

    assert (down["key"], down["code"], down["text"]) == (" ", "Space", " ")


@pytest.mark.parametrize("name", ["+", "Control++"])
def test_the_plus_key_can_be_struck(name: str) -> None:
    downs = [(key, modifiers) for kind, key, modifiers in struck(chord(name)) if kind != "keyUp"]

    assert downs[-1][0] == "+"


def test_a_modifier_can_be_struck_alone() -> None:
    assert struck(chord("Shift")) == [("rawKeyDown", "Shift", SHIFT), ("keyUp", "Shift", SHIFT)]


@pytest.mark.parametrize("name", ["Nonsense", "Control+Nonsense", "F13", "ä"])
def test_an_unknown_key_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="no key named"):
        list(chord(name))


def test_a_key_that_is_no_modifier_cannot_be_held() -> None:
    with pytest.raises(ValueError, match="Enter is no modifier key"):
        list(chord("Enter+A"))


@pytest.mark.parametrize(
    ("described", "code", "key_code", "text"),
    [
        (("a", "KeyA", 0), "KeyA", 65, "a"),
        (("A", "", SHIFT), "KeyA", 65, "A"),
        (("a", "KeyA", SHIFT), "KeyA", 65, "a"),  # caps lock
        (("z", "KeyY", 0), "KeyY", 90, "z"),  # a German keyboard
        (("1", "Numpad1", 0), "Numpad1", 97, "1"),
        (("+", "NumpadAdd", 0), "NumpadAdd", 107, "+"),
        (("End", "Numpad1", 0), "Numpad1", 35, ""),  # num lock is off
        (("Enter", "", 0), "Enter", 13, "\r"),
        ((" ", "", 0), "Space", 32, " "),
        (("Shift", "ShiftRight", SHIFT), "ShiftRight", 16, ""),
        (("é", "Digit2", 0), "Digit2", 0, "é"),
        (("漢", "", 0), "", 0, "漢"),
        (("Dead", "Equal", 0), "Equal", 0, ""),
    ],
)
def test_a_key_is_struck_as_the_event_describes_it(
    described: tuple[str, str, int], code: str, key_code: int, text: str
) -> None:
    key = strike(*described)

    assert (key.key, key.code, key.key_code, key.text) == (described[0], code, key_code, text)


@pytest.mark.parametrize(
    ("key", "code", "side", "keypad"),
    [
        ("Shift", "ShiftLeft", 1, None),
        ("Control", "ControlRight", 2, None),
        ("Enter", "NumpadEnter", None, True),
        ("a", "KeyA", None, None),
        ("ArrowLeft", "ArrowLeft", None, None),
    ],
)
def test_a_key_says_which_of_those_that_are_alike_it_is(
    key: str, code: str, side: int | None, keypad: bool | None
) -> None:
    struck_key = strike(key, code, 0)

    for params in sent(iter([struck_key.down(0), struck_key.up(0)])):
        assert (params.get("location"), params.get("isKeypad")) == (side, keypad)
