"""The nouns and adjectives of web pages: what kinds of things there are, and what they may be."""

from __future__ import annotations

from collections.abc import Mapping

from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set, word_set
from cdp_proxy.core.actions.steps import Kind

DETERMINERS = word_set("the a an this that these those my your our its his her their any")
EVERY = phrase_set(
    phrase
    for first in ("all", "both", "every", "each")
    for phrase in (first, f"{first} the", f"{first} of the", f"{first} of", f"{first} these")
)

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
ORDINAL_WORDS: Mapping[str, int] = {
    **{word: place for place, word in enumerate(_ORDINALS.split(), 1)},
    "last": -1,
    "final": -1,
    "bottommost": -1,
    "topmost": 1,
    "penultimate": -2,
}

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS: Mapping[str, int] = {word: number for number, word in enumerate(_NUMBERS.split())} | {
    "once": 1,
    "twice": 2,
    "thrice": 3,
}

NOUNS: Mapping[Kind, str] = {
    Kind.BUTTON: "button|push button|btn|key button",
    Kind.LINK: "link|hyperlink|hyper link|text link",
    Kind.FIELD: (
        "field|input|input field|text field|textfield|text box|textbox|text input|text area"
        "|textarea|input box|entry field|text entry|edit box|edit field|form field|text editor"
        "|editor|input textbox|input text box|text entry field|text entry box|text input field"
        "|text input box|input area|entry box|blank|field box|text area field|textarea field"
    ),
    Kind.CHECKBOX: "checkbox|check box|check-box|tickbox|tick box",
    Kind.RADIO: "radio button|radio|radio option|radiobutton|radio-button|radio box",
    Kind.SWITCH: "switch|toggle|toggle switch|toggle button|switch button",
    Kind.LIST: (
        "list|dropdown|drop down|drop-down|combobox|combo box|combo-box|listbox|list box|select"
        "|dropdown list|dropdown menu|drop-down list|drop-down menu|drop down list|drop down menu"
        "|dropdown box|drop-down box|drop down box|select box|select menu|select list"
        "|selection list|selection box|select field|scroll list|picklist|pick list|selector"
        "|dropdown field|scrolling list|selection menu|selection"
    ),
    Kind.OPTION: "option|choice|list option",
    Kind.TAB: "tab|tab header|tab button",
    Kind.MENU: "menu|pie menu|context menu|menu button|submenu|sub-menu|hamburger menu|popup menu",
    Kind.MENU_ITEM: "menu item|menuitem|menu entry|menu option|menu choice|submenu item",
    Kind.DIALOG: (
        "dialog|dialog box|dialogue|dialogue box|modal|modal dialog|modal window|popup|pop-up"
        "|pop up|popup window|pop-up window|popup dialog|overlay|banner|notice|toast"
        "|notification|window|message box|lightbox|alert box|snackbar"
    ),
    Kind.HEADING: "heading|headline|header|title|subheading|section heading|section title",
    Kind.IMAGE: "image|picture|photo|photograph|img|thumbnail|graphic|avatar|logo",
    Kind.ICON: "icon|icon button|symbol|glyph",
    Kind.ROW: "row|table row|data row",
    Kind.CELL: "cell|table cell|grid cell",
    Kind.ITEM: (
        "item|list item|entry|card|result|search result|tile|record|listing|post|tweet|product"
        "|list entry|bullet|bullet point|article|message|comment|thread|suggestion"
    ),
    Kind.SLIDER: "slider|range slider|range|range input|slide bar|slider handle",
    Kind.SPINNER: (
        "spinner|spinbutton|spin button|spin box|spinbox|number spinner|stepper|number stepper"
    ),
    Kind.DATE: (
        "date|date picker|datepicker|date-picker|date field|date input|calendar|date box"
        "|date selector|date input field"
    ),
    Kind.FILE: (
        "file input|file field|file chooser|upload field|file upload|upload area|upload box"
        "|dropzone|drop zone|file picker|file upload field|file input field|upload input"
        "|file selector"
    ),
    Kind.SECTION: (
        "section|accordion|panel|collapsible section|collapsible|fieldset|region|pane|group"
        "|accordion section|accordion panel|accordion item|details|area|block|section header"
        "|expandable section|expander|disclosure"
    ),
    Kind.FORM: "form|web form",
    Kind.TABLE: "table|data table|data grid",
    Kind.TEXT: "text|label|word|paragraph|phrase|sentence|line of text|caption|words",
    Kind.FRAME: "frame|iframe|inline frame",
    Kind.SHAPE: "shape|figure",
    Kind.ELEMENT: (
        "element|thing|one|ones|control|widget|component|object|node|part|position|place|spot|slot"
    ),
}
"""What each kind is called, in the singular."""

_AREAS = "sidebar footer navigation navbar toolbar column main"
_SHAPES = (
    "circle rectangle triangle square line letter digit polygon ellipse oval star pentagon hexagon"
    " octagon diamond dot"
)
DESCRIBING_NOUNS: Mapping[str, Kind] = {
    **dict.fromkeys(word_set(_AREAS), Kind.SECTION),
    **dict.fromkeys(word_set(_SHAPES), Kind.SHAPE),
    **dict.fromkeys(("folder", "file", "box", "number"), Kind.ELEMENT),
}
"""Nouns that say a kind, and more: they are kept among the qualities."""

TYPED_NOUNS: Mapping[str, tuple[Kind, str]] = {
    "color picker|colour picker|color wheel|colour wheel|color input|colorwheel": (
        Kind.FIELD,
        "color",
    ),
    "time picker|time field|time input": (Kind.FIELD, "time"),
}

TYPES = word_set("password email search number phone tel url date time color file submit")
"""Types of fields and buttons; as likely part of the name, so that they stay in the text too."""

_COLOURS = (
    "red green blue yellow orange purple pink black white gray grey brown cyan magenta violet aqua"
    " olive navy teal lime maroon silver gold golden indigo turquoise beige crimson coral salmon"
    " khaki lavender fuchsia"
)
_SIZES = (
    "small large big tiny huge little smaller larger bigger smallest largest biggest medium short"
    " long shortest longest tall wide narrow"
)
_STATES = (
    "empty blank filled checked unchecked ticked unticked selected unselected disabled enabled"
    " required optional mandatory active inactive expanded collapsed focused invalid highlighted"
    " bold italic underlined readonly read-only editable greyed-out grayed-out"
)
_PLACES = "left right top bottom upper lower leftmost rightmost middle center central"
QUALITIES = word_set(f"{_COLOURS} {_SIZES} {_STATES} {_PLACES}") | TYPES
COLOURS = frozenset(_COLOURS.split())
COLOURED = word_set("colored coloured color colour")
"""Says no more after a colour."""


def _plural(phrase: str) -> str:
    if phrase.endswith(("x", "s", "sh", "ch")):
        return phrase + "es"
    if phrase.endswith("y") and phrase[-2] not in "aeiou":
        return phrase[:-1] + "ies"
    return phrase + "s"


def _nouns() -> dict[str, tuple[Kind, tuple[str, ...], bool]]:
    table: dict[str, tuple[Kind, tuple[str, ...]]] = {}
    for kind, phrases in NOUNS.items():
        table.update(dict.fromkeys(phrases.split("|"), (kind, ())))
    for noun, kind in DESCRIBING_NOUNS.items():
        table[noun] = (kind, (noun,))
    for phrases, (kind, quality) in TYPED_NOUNS.items():
        table.update(dict.fromkeys(phrases.split("|"), (kind, (quality,))))
    singular = {phrase: (*meaning, False) for phrase, meaning in table.items()}
    plural = {_plural(phrase): (*meaning, True) for phrase, meaning in table.items()}
    return plural | singular


KINDS = Phrases(_nouns())
"""Nouns: the kind, the qualities they say besides, and whether there are several."""

PRONOUNS = word_set("it them that this these those there")
"""What was spoken of last."""


def number_of(word: str) -> int | None:
    """A whole number in digits or words, up to twelve; None when it is none."""
    if word.isascii() and word.isdigit() and len(word) <= len("999"):
        return int(word)
    return NUMBER_WORDS.get(word)


def ordinal_of(word: str) -> int | None:
    """A place such as `second`, `3rd`, `#2`, `last`; None when it is none."""
    if word in ORDINAL_WORDS:
        return ORDINAL_WORDS[word]
    digits = word[1:] if word.startswith("#") else word[:-2]
    said = word.startswith("#") or word.endswith(("st", "nd", "rd", "th"))
    if not said or not digits.isascii() or not digits.isdigit() or len(digits) > len("99999"):
        return None
    return int(digits) or None
