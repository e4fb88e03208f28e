"""Lists, calendars and choosers for files, which Chromium opens beside the page and in no picture.

A `<select>` and the inputs for dates, times and colours have a popup of the browser's own. CSS
tells that it is open (`:open`); people are told what it offers, their choice is made by script. Of
a chooser for files Chromium itself tells; it has no popup there.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from shared.envelope.incoming import ChooseInput, InputDescription, KeyInput, MouseInput, TouchInput
from shared.envelope.outgoing import PickerState
from shared.errors import InvalidRequest

SELECT: Final = "select"
FILE: Final = "file"
OPTIONS_MAX: Final = 2_000
TEXT_CHARS_MAX: Final = 200
_OPENING_KEYS: Final = frozenset({" ", "Enter", "ArrowDown", "ArrowUp", "F4"})

_LABEL: Final = """
  const words = text => (text || '').trim().replace(/\\s+/g, ' ').slice(0, charsMax);
  const beside = label => [...label.childNodes].filter(node => !node.contains(this))
    .map(node => node.textContent).join(' ');
  const label = words(this.getAttribute('aria-label') || [...this.labels].map(beside).join(' '));
"""
DESCRIBE: Final = """function(optionsMax, charsMax) {
  const select = this.localName === 'select';
  const kinds = ['date', 'time', 'datetime-local', 'month', 'week', 'color'];
  if (!select && !(this.localName === 'input' && kinds.includes(this.type))) return null;
  if (!this.matches(':open')) return null;
  if (getComputedStyle(this, '::picker(select)').appearance === 'base-select') return null;
__LABEL__
  if (!select) {
    const {type, value, min, max, step} = this;
    return {kind: type, label, value, min, max, step};
  }
  const options = [];
  for (const option of this.options) {
    const group = option.closest('optgroup');
    if (options.length >= optionsMax) break;
    if (getComputedStyle(option).display === 'none') continue;
    options.push({
      index: option.index, label: words(option.label), group: words(group && group.label),
      selected: option.selected, disabled: option.disabled || !!(group && group.disabled),
    });
  }
  return {kind: 'select', label, options};
}""".replace("__LABEL__", _LABEL)
"""Of what has the focus -> what its popup offers, or null when none is open, or one that is part of
the page (`appearance: base-select`)."""

DESCRIBE_FILES: Final = """function(charsMax, acceptMax) {
__LABEL__
  const accept = this.accept.length > acceptMax ? '' : this.accept;
  return {kind: 'file', label, accept, multiple: this.multiple || this.webkitdirectory};
}""".replace("__LABEL__", _LABEL)
"""Of an `<input type=file>` -> what it asks for; a folder is asked for as its files."""
ACCEPT_CHARS_MAX: Final = 2_000
CANCEL_FILES: Final = "function() { this.dispatchEvent(new Event('cancel', {bubbles: true})); }"
"""What the page hears when a chooser is closed without a choice."""

IS_OPEN: Final = "function() { return this.matches(':open'); }"


def parse_picker(target_id: str, described: Any) -> PickerState | None:
    """What `DESCRIBE` found."""
    if described is None:
        return None
    return msgspec.convert({"type": "PICKER", "targetId": target_id, **described}, PickerState)


def may_change_picker(event: InputDescription, *, is_open: bool) -> bool:
    """Whether a popup may have opened or closed by an event."""
    match event:
        case MouseInput():
            return event.action in ("down", "up")
        case TouchInput():
            return event.action == "end"
        case KeyInput():
            return event.action != "up" and (is_open or event.key in _OPENING_KEYS)
        case _:
            return False


def may_open_chooser(event: InputDescription) -> bool:
    """Whether a page may open a chooser for files at an event, at once or a little later."""
    match event:
        case MouseInput():
            return event.action in ("down", "up")
        case TouchInput():
            return event.action in ("start", "end")
        case KeyInput():
            return event.action != "up"
        case _:
            return False


def check_choice(picker: PickerState, choice: ChooseInput) -> None:
    """Whether a popup offers what is chosen.

    Raises:
        InvalidRequest: it does not.
    """
    if picker.kind == FILE or choice.files:
        _check_files(picker, choice)
    elif picker.kind != SELECT:
        if choice.index is not None:
            raise InvalidRequest("This picker takes a value.", field="event.index")
    elif choice.value is not None:
        raise InvalidRequest("A list takes the index of an option.", field="event.value")
    elif choice.index is not None and choice.index not in {
        option.index for option in picker.options if not option.disabled
    }:
        raise InvalidRequest("The list has no such option.", field="event.index")


def _check_files(picker: PickerState, choice: ChooseInput) -> None:
    if picker.kind != FILE:
        raise InvalidRequest("This picker takes no files.", field="event.files")
    if choice.index is not None or choice.value is not None:
        named = "value" if choice.index is None else "index"
        raise InvalidRequest("This picker takes files.", field=f"event.{named}")
    if len(choice.files) > 1 and not picker.multiple:
        raise InvalidRequest("The page takes one file.", field="event.files")


def changes(picker: PickerState, choice: ChooseInput) -> bool:
    """Whether something else is chosen than what was."""
    if choice.index is not None:
        return all(it.index != choice.index for it in picker.options if it.selected)
    return choice.value is not None and choice.value != picker.value
