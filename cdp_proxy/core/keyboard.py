"""Keys as Chromium wants them: a chord or a text to `Input.*` commands, on a US keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cdp.input_

from cdp_proxy.core.commands import CdpCommand, insert_text

ALT: Final = 1
CONTROL: Final = 2
META: Final = 4
SHIFT: Final = 8
"""Bits of `modifiers` in CDP's Input domain."""

_MODIFIERS: Final = {
    "Alt": (ALT, "AltLeft", 18),
    "Control": (CONTROL, "ControlLeft", 17),
    "Meta": (META, "MetaLeft", 91),
    "Shift": (SHIFT, "ShiftLeft", 16),
}
_ALIASES: Final = {
    "ctrl": "Control", "ctl": "Control", "control": "Control", "cmd": "Meta", "command": "Meta",
    "win": "Meta", "meta": "Meta", "alt": "Alt", "option": "Alt", "shift": "Shift",
    "esc": "Escape", "return": "Enter", "del": "Delete", "spacebar": "Space", "space": "Space",
    "up": "ArrowUp", "down": "ArrowDown", "left": "ArrowLeft", "right": "ArrowRight",
    "pgup": "PageUp", "pgdn": "PageDown", "ins": "Insert",
}  # fmt: skip
_NAMED: Final = {
    "Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "Escape": ("Escape", 27, ""),
    "Backspace": ("Backspace", 8, ""), "Delete": ("Delete", 46, ""), "Insert": ("Insert", 45, ""),
    "Space": ("Space", 32, " "), "Home": ("Home", 36, ""), "End": ("End", 35, ""),
    "PageUp": ("PageUp", 33, ""), "PageDown": ("PageDown", 34, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""), "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""), "ArrowDown": ("ArrowDown", 40, ""),
    "ContextMenu": ("ContextMenu", 93, ""), "CapsLock": ("CapsLock", 20, ""),
    **{f"F{number}": (f"F{number}", 111 + number, "") for number in range(1, 13)},
}  # fmt: skip
"""Key name to code, Windows key code, and the text it types."""
_PUNCTUATION: Final = {
    "`~": ("Backquote", 192), "-_": ("Minus", 189), "=+": ("Equal", 187),
    "[{": ("BracketLeft", 219), "]}": ("BracketRight", 221), "\\|": ("Backslash", 220),
    ";:": ("Semicolon", 186), "'\"": ("Quote", 222), ",<": ("Comma", 188), ".>": ("Period", 190),
    "/?": ("Slash", 191),
}  # fmt: skip
_KEYPAD: Final = {
    **{f"Numpad{digit}": 96 + digit for digit in range(10)},
    "NumpadMultiply": 106, "NumpadAdd": 107, "NumpadSubtract": 109, "NumpadDecimal": 110,
    "NumpadDivide": 111,
}  # fmt: skip
"""Windows key codes of the keypad's keys while they type."""
_SIDES: Final = {"Left": 1, "Right": 2}
"""`location` of CDP's `Input.dispatchKeyEvent`."""
_DIGITS_SHIFTED: Final = ")!@#$%^&*("


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is struck."""

    key: str
    """`KeyboardEvent.key`."""
    code: str
    """`KeyboardEvent.code`, the place on the keyboard."""
    key_code: int
    text: str
    """What it types; `""` for keys that type nothing."""
    modifiers: int = 0

    def strokes(self, extra_modifiers: int = 0) -> Iterator[CdpCommand[None]]:
        """Down and up."""
        modifiers = self.modifiers | extra_modifiers
        yield self.down(modifiers)
        yield self.up(modifiers)

    def down(self, modifiers: int, *, auto_repeat: bool = False) -> CdpCommand[None]:
        """Down alone, typing what it types."""
        text = "" if modifiers & (CONTROL | META | ALT) else self.text
        return cdp.input_.dispatch_key_event(
            type_="keyDown" if text else "rawKeyDown",
            modifiers=modifiers,
            text=text or None,
            unmodified_text=text or None,
            key=self.key,
            code=self.code,
            windows_virtual_key_code=self.key_code,
            auto_repeat=auto_repeat or None,
            is_keypad=self._is_keypad,
            location=self._side,
        )

    def up(self, modifiers: int) -> CdpCommand[None]:
        """Up alone."""
        return cdp.input_.dispatch_key_event(
            type_="keyUp",
            modifiers=modifiers,
            key=self.key,
            code=self.code,
            windows_virtual_key_code=self.key_code,
            is_keypad=self._is_keypad,
            location=self._side,
        )

    @property
    def _is_keypad(self) -> bool | None:
        return self.code.startswith("Numpad") or None

    @property
    def _side(self) -> int | None:
        return _SIDES.get(self.code.removeprefix(self.key)) if self.key in _MODIFIERS else None


def _characters() -> Iterator[tuple[str, Key]]:
    for lower in "abcdefghijklmnopqrstuvwxyz":
        upper = lower.upper()
        yield lower, Key(lower, f"Key{upper}", ord(upper), lower)
        yield upper, Key(upper, f"Key{upper}", ord(upper), upper, SHIFT)
    for digit, shifted in enumerate(_DIGITS_SHIFTED):
        code, key_code = f"Digit{digit}", ord("0") + digit
        yield str(digit), Key(str(digit), code, key_code, str(digit))
        yield shifted, Key(shifted, code, key_code, shifted, SHIFT)
    for pair, (code, key_code) in _PUNCTUATION.items():
        plain, shifted = pair[0], pair[1]
        yield plain, Key(plain, code, key_code, plain)
        yield shifted, Key(shifted, code, key_code, shifted, SHIFT)
    yield " ", Key(" ", "Space", 32, " ")
    yield "\n", Key("Enter", "Enter", 13, "\r")
    yield "\t", Key("Tab", "Tab", 9, "")


KEYS: Final = dict(_characters())
"""A key for each character that a US keyboard types, line feed and tab included."""


def typing(text: str) -> Iterator[CdpCommand[None]]:
    """Type a text key by key; what no key types is inserted as an input method does."""
    inserted = ""
    for character in text.replace("\r\n", "\n"):
        key = KEYS.get(character)
        if key is None:
            inserted += character
            continue
        if inserted:
            yield insert_text(inserted)
            inserted = ""
        yield from key.strokes()
    if inserted:
        yield insert_text(inserted)


def chord(name: str) -> Iterator[CdpCommand[Any]]:
    """Strike a chord such as `Enter`, `Control+A` or `Shift+ArrowDown`.

    Raises:
        ValueError: there is no such key.
    """
    *held, last = _split(name)
    modifiers = 0
    down: list[Key] = []
    for part in held:
        if part not in _MODIFIERS:
            raise ValueError(f"{part} is no modifier key")
        bit, code, key_code = _MODIFIERS[part]
        modifiers |= bit
        down.append(Key(part, code, key_code, ""))
        yield cdp.input_.dispatch_key_event(
            type_="rawKeyDown",
            modifiers=modifiers,
            key=part,
            code=code,
            windows_virtual_key_code=key_code,
        )
    yield from _key(last, modifiers).strokes(modifiers)
    for key in reversed(down):
        modifiers &= ~_MODIFIERS[key.key][0]
        yield key.up(modifiers)


def strike(key: str, code: str, modifiers: int) -> Key:
    """The key that a `KeyboardEvent` describes; one that is not known types its character.

    Args:
        key: `KeyboardEvent.key`: what the layout in use made of it, modifiers included.
        code: `KeyboardEvent.code`, or `""`.
        modifiers: those held.
    """
    try:
        known = _key(key, modifiers & SHIFT)
    except ValueError:
        known = Key(key, code, 0, key if len(key) == 1 else "")
    key_code = _KEYPAD.get(code, known.key_code) if known.text else known.key_code
    return Key(key, code or known.code, key_code, known.text)


def _split(name: str) -> list[str]:
    """The parts of a chord under their own names; the plus key may come last (`Control++`)."""
    stem, plus = (name[:-1], ["+"]) if name.endswith("+") and len(name) > 1 else (name, [])
    parts = [part.strip() for part in stem.split("+") if part.strip()] or ["+"]
    return [_ALIASES.get(part.lower(), part) for part in [*parts, *plus]]


def _key(name: str, modifiers: int) -> Key:
    if name in _MODIFIERS:
        bit, code, key_code = _MODIFIERS[name]
        return Key(name, code, key_code, "", bit)
    if len(name) == 1:
        key = KEYS.get(name.lower() if modifiers & ~SHIFT else name)
        if key is not None:
            return key
    named = _NAMED.get(name) or _NAMED.get(name[:1].upper() + name[1:])
    if named is None:
        raise ValueError(f"there is no key named {name}")
    code, key_code, text = named
    return Key(" " if code == "Space" else code, code, key_code, text)
