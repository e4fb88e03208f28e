"""What an element is for, whatever it is called: typed into, ticked, chosen from, pressed."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver.words import identifier_words

TEXT_TYPES = frozenset({"", "text", "email", "password", "search", "tel", "url", "number"})
"""Types of `<input>` that take typing."""
PICKER_TYPES = frozenset({"date", "datetime-local", "month", "week", "time", "color"})
"""Types of `<input>` with a picker, which take typing of a fixed form too."""
BUTTON_TYPES = frozenset({"submit", "button", "reset", "image"})
"""Types of `<input>` that are buttons."""
_CONTROL_ROLES = """
button link textbox searchbox combobox spinbutton checkbox radio switch slider listbox option tab
menuitem menuitemcheckbox menuitemradio treeitem
"""
CONTROL_ROLES = frozenset(_CONTROL_ROLES.split())
"""Roles of what is operated, as opposed to what is read or groups other things."""
CONTROL_TAGS = frozenset({"a", "button", "input", "select", "textarea", "summary", "option"})
"""Tags of the same."""
SVG_SHAPES = frozenset(
    {"circle", "ellipse", "rect", "polygon", "polyline", "path", "line", "text", "tspan"}
)
"""SVG's tags of things one sees."""
_TRACKS = frozenset({"slider", "range", "rangeslider"})
_HANDLES = frozenset({"handle", "thumb", "knob"})
_SORTS = (CONTROL_ROLES | CONTROL_TAGS | TEXT_TYPES | PICKER_TYPES | {"range", "file"}) - {"", "a"}
"""What people name who know how pages are written."""
_TYPES = TEXT_TYPES | PICKER_TYPES | BUTTON_TYPES | {"checkbox", "radio", "range", "file", "hidden"}
_EDITABLE_ROLES = frozenset({"textbox", "searchbox", "spinbutton"})


def is_control(element: Element) -> bool:
    """Whether it is operated by itself: a button, link, field, option."""
    return element.role in CONTROL_ROLES or element.tag in CONTROL_TAGS


def is_editable(element: Element) -> bool:
    """Whether one can type into it; one that is disabled or read-only counts."""
    if element.tag == "input":
        return input_type(element) in TEXT_TYPES | PICKER_TYPES or "editable" in element.states
    return (
        element.tag == "textarea"
        or element.role in _EDITABLE_ROLES
        or "editable" in element.states
        or element.attributes.get("contenteditable", "false") not in {"false", "inherit"}
    )


def is_checkable(element: Element) -> bool:
    """Whether it is on or off."""
    if element.tag == "input":
        return input_type(element) in {"checkbox", "radio"}
    return (
        element.role in {"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"}
        or "aria-pressed" in element.attributes
        or "aria-checked" in element.attributes
        or "pressed" in element.states
    )


def is_list(element: Element) -> bool:
    """Whether one chooses from it."""
    return element.tag in {"select", "datalist"} or (
        element.tag != "option"
        and (
            element.role in {"combobox", "listbox"}
            or element.attributes.get("aria-haspopup") == "listbox"
        )
    )


def is_option(element: Element) -> bool:
    """Whether it is one of the things a list offers."""
    return element.tag == "option" or element.role == "option"


def is_file_input(element: Element) -> bool:
    """Whether files are put into it."""
    return element.tag == "input" and input_type(element) == "file"


def takes_a_value(element: Element) -> bool:
    """Whether it holds something: a field, box, list, slider; no mere button or link."""
    holds = is_editable(element) or is_checkable(element) or is_list(element)
    return holds or is_slider(element)


def is_slider(element: Element) -> bool:
    """Whether it is moved along a track; by its classes if no role says so.

    A *slider* alone is as often a carousel; the handle of one is not.
    """
    if element.role == "slider" or (element.tag == "input" and input_type(element) == "range"):
        return True
    words = class_words(element)
    return not words.isdisjoint(_TRACKS) and not words.isdisjoint(_HANDLES)


def sorts(element: Element) -> frozenset[str]:
    """The words of HTML and ARIA for what it is: its tag, role and type."""
    words = {element.tag, element.role}
    if element.tag == "input":
        words.add(input_type(element) or "text")
    return frozenset(words & _SORTS)


def input_type(element: Element) -> str:
    """The type of an `<input>`, in lower case; "" when not said, or when HTML knows none such."""
    kind = element.attributes.get("type", "").lower()
    return kind if kind in _TYPES else ""


def class_words(element: Element) -> frozenset[str]:
    """The words of its classes."""
    classes = element.attributes.get("class")
    return frozenset(identifier_words(classes).split()) if classes else frozenset()
