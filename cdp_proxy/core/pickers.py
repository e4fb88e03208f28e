"""Lists and calendars that Chromium opens beside the page, where no picture shows them.

A `<select>` and the inputs for dates, times and colours have a popup of the browser's own. CSS
tells that it is open (`:open`); people are told what it offers, their choice is made by script.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from shared.envelope.incoming import ChooseInput, InputDescription, KeyInput, MouseInput, TouchInput
from shared.envelope.outgoing import PickerState
from shared.errors import InvalidRequest

SELECT: Final = "select"
OPTIONS_MAX: Final = 2_000
TEXT_CHARS_MAX: Final = 200
_OPENING_KEYS: Final = frozenset({" ", "Enter", "ArrowDown", "ArrowUp", "F4"})

DESCRIBE: Final = """function(optionsMax, charsMax) {
  const select = this.localName === 'select';
  const kinds = ['date', 'time', 'datetime-local', 'month', 'week', 'color'];
  if (!select && !(this.localName === 'input' && kinds.includes(this.type))) return null;
  if (!this.matches(':open')) return null;
  if (getComputedStyle(this, '::picker(select)').appearance === 'base-select') return null;
  const words = text => (text || '').trim().replace(/\\s+/g, ' ').slice(0, charsMax);
  const beside = label => [...label.childNodes].filter(node => !node.contains(this))
    .map(node => node.textContent).join(' ');
  const label = words(this.getAttribute('aria-label') || [...this.labels].map(beside).join(' '));
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
}"""
"""Of what has the focus -> what its popup offers, or null when none is open, or one that is part of
the page (`appearance: base-select`)."""

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


def check_choice(picker: PickerState, choice: ChooseInput) -> None:
    """Whether a popup offers what is chosen.

    Raises:
        InvalidRequest: it does not.
    """
    if picker.kind != SELECT:
        if choice.index is not None:
            raise InvalidRequest("This picker takes a value.", field="event.index")
    elif choice.value is not None:
        raise InvalidRequest("A list takes the index of an option.", field="event.value")
    elif choice.index is not None and choice.index not in {
        option.index for option in picker.options if not option.disabled
    }:
        raise InvalidRequest("The list has no such option.", field="event.index")


def changes(picker: PickerState, choice: ChooseInput) -> bool:
    """Whether something else is chosen than what was."""
    if choice.index is not None:
        return all(it.index != choice.index for it in picker.options if it.selected)
    return choice.value is not None and choice.value != picker.value
