"""What an instruction asks for: steps, each a method on a target in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What can be done to a page; the values are what the API shows."""

    CLICK = "click"
    DOUBLE_CLICK = "doubleClick"
    RIGHT_CLICK = "rightClick"
    HOVER = "hover"
    FOCUS = "focus"
    FILL = "fill"
    """Replace a field's content: arguments `[text]`."""
    TYPE = "type"
    """Type after what is there already: arguments `[text]`. Without a target: into what has the
    focus."""
    CLEAR = "clear"
    PRESS = "press"
    """A key or chord such as `Enter`, `Control+A`: arguments `[chord]`."""
    SELECT = "select"
    """Choose options of a native or custom list: arguments `[option, …]`."""
    CHECK = "check"
    UNCHECK = "uncheck"
    SET = "set"
    """Give a date, time, colour, range or number field its value: arguments `[value]`, dates as
    `YYYY-MM-DD`, times as `HH:MM`."""
    UPLOAD = "upload"
    """Files of the session's uploads into a file input: arguments `[name, …]`."""
    DRAG = "drag"
    """Drag the target onto `Step.destination`."""
    SCROLL = "scroll"
    """Arguments `[up|down|left|right|top|bottom]`; of the target, or of the page."""
    SCROLL_TO = "scrollTo"
    """Until the target is in view."""
    WAIT = "wait"
    """Let time pass: arguments `[seconds]`, a decimal number."""
    WAIT_FOR = "waitFor"
    """Until the target is visible."""
    WAIT_GONE = "waitGone"
    """Until the target is not visible any more."""
    NAVIGATE = "navigate"
    """Arguments `[url]`."""
    BACK = "back"
    FORWARD = "forward"
    RELOAD = "reload"
    CLOSE = "close"
    """Dismiss the target: a dialog, banner, tab or menu, by the control that closes it."""
    EXPAND = "expand"
    COLLAPSE = "collapse"
    ACCEPT_DIALOG = "acceptDialog"
    """Of JavaScript's `alert`, `confirm`, `prompt`: arguments `[text]` for a prompt."""
    DISMISS_DIALOG = "dismissDialog"


class Kind(StrEnum):
    """What sort of thing a target is said to be (*the Save **button***)."""

    BUTTON = "button"
    LINK = "link"
    FIELD = "field"
    """Anything one can type into."""
    CHECKBOX = "checkbox"
    RADIO = "radio"
    SWITCH = "switch"
    LIST = "list"
    """A select, combobox or listbox."""
    OPTION = "option"
    TAB = "tab"
    MENU = "menu"
    MENU_ITEM = "menu item"
    DIALOG = "dialog"
    HEADING = "heading"
    IMAGE = "image"
    ICON = "icon"
    ROW = "row"
    CELL = "cell"
    ITEM = "item"
    """An entry of a list, a card, a result."""
    SLIDER = "slider"
    SPINNER = "spinner"
    DATE = "date"
    FILE = "file"
    SECTION = "section"
    """A collapsible section, accordion, fieldset, region."""
    FORM = "form"
    TABLE = "table"
    TEXT = "text"
    FRAME = "frame"
    SHAPE = "shape"
    """Of SVG: circle, rectangle, triangle, line, letter, digit; `Target.qualities` says which."""
    DEED = "deed"
    """`Target.text` says what is to be done, not what does it (*sign out*, *add the mug to the
    cart*): a control that says the same."""
    ELEMENT = "element"
    """Said so, or not said: anything."""


class Relation(StrEnum):
    """Where a target is said to be, seen from another one."""

    WITHIN = "within"  # in, inside, of, from, under the heading, in the row with
    NEAR = "near"  # next to, beside, near, by, for, with, at
    ABOVE = "above"
    BELOW = "below"
    LEFT_OF = "left of"
    RIGHT_OF = "right of"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A thing of the page, in words."""

    text: str = ""
    """What it is called or says; `""` when only its kind, place or look is said."""
    quoted: bool = False
    """Whether `text` was in quotes: then it is to be taken literally."""
    kind: Kind = Kind.ELEMENT
    ordinal: int | None = None
    """Which of several: 1 is the first, -1 the last; None when not said."""
    every: bool = False
    """All that match (*both*, *all*, *every*, *each*)."""
    relation: Relation | None = None
    anchor: Target | None = None
    """What `relation` refers to."""
    qualities: tuple[str, ...] = ()
    """Other words that describe it, in lower case: colours, sizes, shapes, states (*empty*,
    *checked*, *disabled*, *required*), types (*password*, *email*, *search*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do."""

    method: Method
    target: Target | None = None
    """None for what concerns the page, or what has the focus."""
    arguments: tuple[str, ...] = ()
    """With `%name%` where a variable's value goes; values are put in when performing."""
    destination: Target | None = None
    """Where `drag` ends."""
    source: str
    """The words of the instruction that asked for it."""
