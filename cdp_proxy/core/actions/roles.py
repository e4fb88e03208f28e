"""The ARIA role of an element: its own, or what HTML-AAM gives its tag.

Where Chromium's tree has names of its own for what ARIA has none, the nearest of ARIA's is taken:
date and time fields are `textbox`, colour and file fields `button`, a summary is a `button`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdp_proxy.core.actions.nodes import Node

_KNOWN_WORDS = """
alert alertdialog application article banner blockquote button caption cell checkbox code
columnheader combobox complementary contentinfo definition deletion dialog directory document
emphasis feed figure form generic grid gridcell group heading img insertion link list listbox
listitem log main marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter
navigation none note option paragraph presentation progressbar radio radiogroup region row
rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong
subscript superscript suggestion switch tab table tablist tabpanel term textbox time timer
toolbar tooltip tree treegrid treeitem
"""
_KNOWN = frozenset(_KNOWN_WORDS.split())
_CONTROLS_WORDS = """
button checkbox combobox link listbox menuitem menuitemcheckbox menuitemradio option radio
scrollbar searchbox slider spinbutton switch tab textbox treeitem
"""
CONTROLS = frozenset(_CONTROLS_WORDS.split())
"""Roles of what a user operates."""
TEXT_INPUT_TYPES = frozenset({"text", "search", "email", "tel", "url", "password", "number"})
DATE_INPUT_TYPES = frozenset({"date", "datetime-local", "month", "time", "week"})
_SECTIONING = frozenset({"article", "aside", "main", "nav", "section"})

_BY_TAG: Mapping[str, str] = {
    "article": "article",
    "aside": "complementary",
    "blockquote": "blockquote",
    "button": "button",
    "caption": "caption",
    "code": "code",
    "datalist": "listbox",
    "dd": "definition",
    "details": "group",
    "dfn": "term",
    "dialog": "dialog",
    "dt": "term",
    "fieldset": "group",
    "figure": "figure",
    "form": "form",
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "h5": "heading",
    "h6": "heading",
    "hr": "separator",
    "li": "listitem",
    "main": "main",
    "math": "math",
    "menu": "list",
    "meter": "meter",
    "nav": "navigation",
    "ol": "list",
    "optgroup": "group",
    "option": "option",
    "output": "status",
    "p": "paragraph",
    "progress": "progressbar",
    "search": "search",
    "svg": "img",
    "table": "table",
    "tbody": "rowgroup",
    "textarea": "textbox",
    "tfoot": "rowgroup",
    "thead": "rowgroup",
    "time": "time",
    "tr": "row",
    "ul": "list",
}
_BY_INPUT_TYPE: Mapping[str, str] = {
    "button": "button",
    "checkbox": "checkbox",
    "color": "button",
    "file": "button",
    "hidden": "",
    "image": "button",
    "number": "spinbutton",
    "radio": "radio",
    "range": "slider",
    "reset": "button",
    "search": "searchbox",
    "submit": "button",
}


def role_of(node: Node) -> str:
    """The role; `generic` when it has none. The tree around the node must be complete."""
    if node.role is None:
        node.role = _find_role(node)
    return node.role


def _find_role(node: Node) -> str:
    for word in node.attributes.get("role", "").lower().split():
        if word in _KNOWN:
            return "img" if word == "image" else word
    special = _SPECIAL.get(node.tag)
    if special is not None:
        return special(node)
    return _BY_TAG.get(node.tag, "generic")


def input_type(node: Node) -> str:
    """An input's type in lower case, `text` when it has none; `""` for other elements."""
    if node.tag != "input":
        return ""
    return node.attributes.get("type", "").lower() or "text"


def _link(node: Node) -> str:
    return "link" if "href" in node.attributes else "generic"


def _input(node: Node) -> str:
    kind = input_type(node)
    if "list" in node.attributes and kind in TEXT_INPUT_TYPES - {"password", "number"}:
        return "combobox"
    return _BY_INPUT_TYPE.get(kind, "textbox")


def _select(node: Node) -> str:
    size = node.attributes.get("size", "")
    tall = size.isdecimal() and int(size[:4]) > 1
    return "listbox" if tall or "multiple" in node.attributes else "combobox"


def _image(node: Node) -> str:
    hushed = node.attributes.get("alt") == "" and not named_by_author(node)
    return "none" if hushed else "img"


def named_by_author(node: Node) -> bool:
    """Whether ARIA or a title names it, whatever its content."""
    return any(
        node.attributes.get(name, "").strip() for name in ("aria-label", "aria-labelledby", "title")
    )


def _section(node: Node) -> str:
    return "region" if named_by_author(node) else "generic"


def _landmark(role: str) -> Callable[[Node], str]:
    """A page's header or footer; those of articles and sections are nothing of the kind."""

    def role_at(node: Node) -> str:
        inside = any(around.tag in _SECTIONING for around in node.ancestors())
        return "generic" if inside else role

    return role_at


def _cell(node: Node) -> str:
    for around in node.ancestors():
        if around.tag == "table":
            grid = around.attributes.get("role", "").strip().lower() in {"grid", "treegrid"}
            return "gridcell" if grid else "cell"
    return "generic"


def _header_cell(node: Node) -> str:
    scope = node.attributes.get("scope", "").lower()
    if scope in {"row", "rowgroup"}:
        return "rowheader"
    if scope or node.parent is None:
        return "columnheader"
    cells = [cell.tag for cell in node.parent.children if cell.tag in {"td", "th"}]
    return "rowheader" if "td" in cells else "columnheader"


def _summary(node: Node) -> str:
    return "button" if node.parent is not None and node.parent.tag == "details" else "generic"


_SPECIAL: Mapping[str, Callable[[Node], str]] = {
    "a": _link,
    "area": _link,
    "footer": _landmark("contentinfo"),
    "header": _landmark("banner"),
    "img": _image,
    "input": _input,
    "section": _section,
    "select": _select,
    "summary": _summary,
    "td": _cell,
    "th": _header_cell,
}
