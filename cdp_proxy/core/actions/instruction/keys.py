"""Keys and chords as people write them, as Playwright names them: `Control+A`, `ArrowDown`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SPOKEN = {
    "Enter": "enter|return|carriage return|numpad enter|enter/return|return/enter",
    "Escape": "escape|esc",
    "Tab": "tab|tabulator",
    "Space": "space|spacebar|space bar|space-bar",
    "Backspace": "backspace|back space|back-space",
    "Delete": "delete|del|forward delete",
    "Insert": "insert|ins",
    "Home": "home",
    "End": "end",
    "PageUp": "page up|pageup|pgup|page-up|pg up",
    "PageDown": "page down|pagedown|pgdn|page-down|pgdown|pg down|pg dn",
    "ArrowUp": "up|arrow up|up arrow|arrowup|cursor up|up-arrow|↑",
    "ArrowDown": "down|arrow down|down arrow|arrowdown|cursor down|down-arrow|↓",
    "ArrowLeft": "left|arrow left|left arrow|arrowleft|cursor left|left-arrow|←",
    "ArrowRight": "right|arrow right|right arrow|arrowright|cursor right|right-arrow|→",
    "CapsLock": "caps lock|capslock",
    **{f"F{number}": f"f{number}" for number in range(1, 13)},
}
KEYS: Mapping[str, str] = {
    phrase: key for key, phrases in _SPOKEN.items() for phrase in phrases.split("|")
}
MODIFIERS: Mapping[str, str] = {
    **dict.fromkeys(("ctrl", "control", "ctl", "strg"), "Control"),
    **dict.fromkeys(("shift", "umschalt"), "Shift"),
    **dict.fromkeys(("alt", "option", "opt"), "Alt"),
    **dict.fromkeys(("cmd", "command", "meta", "win", "windows", "super", "⌘"), "Meta"),
    **dict.fromkeys(("ctrl/cmd", "cmd/ctrl", "controlormeta", "mod"), "ControlOrMeta"),
}
ALSO_NAMES = frozenset({"Delete", "Insert", "Home", "End", "Space"}) | {
    f"Arrow{side}" for side in ("Up", "Down", "Left", "Right")
}
"""Keys whose words are as often those of a button; in quotes they are taken for one."""
LONGEST = 60
"""Characters; no chord is longer."""
_JOINT = re.compile(r"(?<=[^\s+-])\s*[+-]\s*(?=\S)|\s+")


def read_chord(text: str) -> str | None:
    """A key or chord such as `enter`, `Ctrl + A`, `shift-tab`; None when it is none."""
    said = " ".join(text.lower().split())
    if said in KEYS:
        return KEYS[said]
    if len(text) == 1:
        return text
    if said in MODIFIERS:
        return MODIFIERS[said]
    return _combined(text.strip())


def is_surely_key(chord: str) -> bool:
    """Whether the words of a chord are hardly ever those of a button."""
    return len(chord) > 1 and chord not in ALSO_NAMES


def _combined(text: str) -> str | None:
    """Modifiers and then a key."""
    if len(text) > LONGEST:
        return None
    parts = _JOINT.split(text, maxsplit=len(MODIFIERS))
    modifiers: list[str] = []
    while len(parts) > 1 and parts[0].lower() in MODIFIERS:
        modifiers.append(MODIFIERS[parts.pop(0).lower()])
    key = " ".join(parts)
    named = KEYS.get(key.lower(), key.upper() if len(key) == 1 else None)
    return "+".join((*dict.fromkeys(modifiers), named)) if modifiers and named else None
