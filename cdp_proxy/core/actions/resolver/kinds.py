"""What counts as a *button*, a *field*, a *row*: roles, tags, attributes and looks, by degrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.words import identifier_words
from cdp_proxy.core.actions.steps import Kind

PROPER = 1.0
"""It is what the word means."""
STYLED = 0.94
"""It is something else made to look or work like it (a link styled as a button)."""
LOOSE = 0.8
"""Some people call it so."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ICON_WORDS = frozenset({"icon", "icons", "fa", "fas", "far", "glyphicon", "material", "bi", "mdi"})
_CARD_WORDS = frozenset({"card", "item", "result", "entry", "tile", "product", "post", "listing"})
_DATE_WORDS = frozenset({"date", "datepicker", "calendar", "day"})


@dataclass(frozen=True)
class Look:
    """What a kind looks like: the first of the three that fits says how well."""

    roles: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    loosely: frozenset[str] = frozenset()
    """Roles or tags that some people call so."""
    styled: Callable[[Element], bool] | None = None

    def fit(self, element: Element) -> float:
        """0 (no), `LOOSE`, `STYLED` or `PROPER`."""
        if element.role in self.roles or element.tag in self.tags:
            return PROPER
        if self.styled and self.styled(element):
            return STYLED
        if element.role in self.loosely or element.tag in self.loosely:
            return LOOSE
        return 0.0


def fit(element: Element, kind: Kind) -> float:
    """How well an element is what a kind's word means, from 0 (not at all) to 1."""
    exact = _EXACT.get(kind)
    if exact and exact(element):
        return PROPER
    look = _LOOKS.get(kind)
    return look.fit(element) if look else PROPER * (exact is None)


def _is_button(element: Element) -> bool:
    return element.tag == "input" and traits.input_type(element) in traits.BUTTON_TYPES


def _looks_like_button(element: Element) -> bool:
    if element.role == "link" or element.tag == "a":
        return not traits.class_words(element).isdisjoint({"btn", "button", "cta"})
    # A <div> that listens for clicks; fields, options and labels listen too but are no buttons.
    if element.tag == "label" or traits.is_control(element) or traits.is_editable(element):
        return False
    return element.interactive


def _is_icon(element: Element) -> bool:
    return element.tag == "svg" or (element.tag == "i" and not element.own_text)


def _looks_like_icon(element: Element) -> bool:
    return not traits.class_words(element).isdisjoint(_ICON_WORDS) or (
        element.tag in {"button", "a"} and not element.text
    )


def _looks_like_card(element: Element) -> bool:
    """By the last word of a class: `product-card` is a card, `card-body` and `product-list` no."""
    classes = element.attributes.get("class", "").split()
    last_words = {identifier_words(name).rpartition(" ")[2] for name in classes}
    return element.tag in {"div", "section", "a"} and not last_words.isdisjoint(_CARD_WORDS)


def _is_date(element: Element) -> bool:
    return element.tag == "input" and traits.input_type(element) in traits.PICKER_TYPES - {"color"}


def _looks_like_date(element: Element) -> bool:
    if not traits.is_editable(element):
        return False
    said = f"{element.name} {element.placeholder} {element.attributes.get('id', '')}"
    words = traits.class_words(element) | frozenset(identifier_words(said).split())
    return not words.isdisjoint(_DATE_WORDS)


def _looks_like_dialog(element: Element) -> bool:
    return element.attributes.get("aria-modal") == "true" or not traits.class_words(
        element
    ).isdisjoint({"dialog", "modal", "popup", "banner", "toast", "snackbar", "lightbox", "drawer"})


def _looks_like_switch(element: Element) -> bool:
    return traits.is_checkable(element) and element.role != "radio"


def _looks_like_tab(element: Element) -> bool:
    return element.interactive and not traits.class_words(element).isdisjoint({"tab", "tabs"})


def _looks_like_section(element: Element) -> bool:
    return bool(element.states & {"expanded", "collapsed"}) or not traits.class_words(
        element
    ).isdisjoint({"section", "panel", "accordion", "collapsible", "card"})


def _is_shape(element: Element) -> bool:
    return element.tag in traits.SVG_SHAPES


_EXACT: Mapping[Kind, Callable[[Element], bool]] = {
    Kind.BUTTON: _is_button,
    Kind.FIELD: traits.is_editable,
    Kind.LIST: traits.is_list,
    Kind.FILE: traits.is_file_input,
    Kind.DATE: _is_date,
    Kind.ICON: _is_icon,
    Kind.SHAPE: _is_shape,
    Kind.TEXT: lambda element: bool(element.own_text),
}
"""Kinds that are told by more than role and tag."""


_LOOKS: Mapping[Kind, Look] = {
    Kind.BUTTON: Look(
        roles=_set("button"),
        tags=_set("button"),
        loosely=_set("link a summary tab menuitem switch checkbox radio combobox label"),
        styled=_looks_like_button,
    ),
    Kind.LINK: Look(
        roles=_set("link"),
        tags=_set("a"),
        loosely=_set("button tab menuitem"),
        styled=_looks_like_button,
    ),
    Kind.FIELD: Look(
        loosely=_set("select listbox slider"),
        styled=lambda element: element.role == "combobox" and element.tag != "select",
    ),
    Kind.CHECKBOX: Look(
        roles=_set("checkbox menuitemcheckbox"), loosely=_set("radio"), styled=_looks_like_switch
    ),
    Kind.RADIO: Look(roles=_set("radio menuitemradio"), loosely=_set("checkbox")),
    Kind.SWITCH: Look(
        roles=_set("switch"), loosely=_set("button radio"), styled=_looks_like_switch
    ),
    Kind.LIST: Look(roles=_set("tree grid"), loosely=_set("list menu ul ol")),
    Kind.OPTION: Look(
        roles=_set("option"),
        tags=_set("option"),
        loosely=_set("radio checkbox menuitem menuitemradio listitem li tab treeitem button link"),
    ),
    Kind.TAB: Look(roles=_set("tab"), styled=_looks_like_tab, loosely=_set("link button")),
    Kind.MENU: Look(
        roles=_set("menu menubar"),
        loosely=_set("navigation nav listbox list button"),
        styled=lambda element: "aria-haspopup" in element.attributes,
    ),
    Kind.MENU_ITEM: Look(
        roles=_set("menuitem menuitemcheckbox menuitemradio"),
        loosely=_set("option link button listitem li treeitem"),
    ),
    Kind.DIALOG: Look(
        roles=_set("dialog alertdialog"),
        tags=_set("dialog"),
        loosely=_set("alert banner"),
        styled=_looks_like_dialog,
    ),
    Kind.HEADING: Look(
        roles=_set("heading"), tags=_set("h1 h2 h3 h4 h5 h6"), loosely=_set("legend caption")
    ),
    Kind.IMAGE: Look(
        roles=_set("img image"), tags=_set("img picture svg canvas"), loosely=_set("video figure")
    ),
    Kind.ICON: Look(loosely=_set("img image"), styled=_looks_like_icon),
    Kind.ROW: Look(
        roles=_set("row"), tags=_set("tr"), loosely=_set("listitem li article option treeitem")
    ),
    Kind.CELL: Look(
        roles=_set("cell gridcell columnheader rowheader"), tags=_set("td th"), loosely=_set("dd")
    ),
    Kind.ITEM: Look(
        roles=_set("listitem article treeitem"),
        tags=_set("li article"),
        loosely=_set("option row menuitem tr dt"),
        styled=_looks_like_card,
    ),
    Kind.SLIDER: Look(roles=_set("slider"), styled=traits.is_slider),
    Kind.SPINNER: Look(roles=_set("spinbutton"), styled=lambda e: traits.input_type(e) == "number"),
    Kind.DATE: Look(styled=_looks_like_date),
    Kind.FILE: Look(),
    Kind.SECTION: Look(
        roles=_set("region group tabpanel form complementary main contentinfo navigation"),
        tags=_set("section fieldset details aside header footer nav main"),
        loosely=_set("heading tab button article"),
        styled=_looks_like_section,
    ),
    Kind.FORM: Look(roles=_set("form search"), tags=_set("form"), loosely=_set("fieldset group")),
    Kind.TABLE: Look(
        roles=_set("table grid treegrid"), tags=_set("table"), loosely=_set("listbox list")
    ),
    Kind.FRAME: Look(roles=_set("iframe"), tags=_set("iframe frame")),
    Kind.SHAPE: Look(),
    Kind.TEXT: Look(loosely=_set("paragraph heading p span label link button")),
}
CONTAINERS = frozenset(
    {
        Kind.ROW,
        Kind.CELL,
        Kind.ITEM,
        Kind.DIALOG,
        Kind.SECTION,
        Kind.FORM,
        Kind.TABLE,
        Kind.MENU,
        Kind.FRAME,
    }
)
"""Kinds that are called by what is in them (*the row "Alice"*)."""
