"""Accessible names and labels, as the W3C's *Accessible Name and Description Computation* says.

The letters in comments are its steps. Roles whose content names them and what native elements add
are those of ARIA 1.2 and HTML-AAM.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdp_proxy.core.actions.nodes import Node
from cdp_proxy.core.actions.roles import input_type, role_of

_NAMED_BY_CONTENT_WORDS = """
button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio
option radio rowheader switch tab term tooltip treeitem
"""
_NAMED_BY_CONTENT = frozenset(_NAMED_BY_CONTENT_WORDS.split())
_LABELABLE = frozenset({"button", "input", "meter", "output", "progress", "select", "textarea"})
_VALUE_NAMES: Mapping[str, str] = {"button": "", "submit": "Submit", "reset": "Reset"}
"""What buttons made of inputs say when they have no value."""
_NAMING_CHILD: Mapping[str, str] = {
    "fieldset": "legend",
    "svg": "title",
    "table": "caption",
}
_DEEPEST = 60
"""Levels of content that are read for one name; deeper is no name but a page."""
_LONGEST = 1_000
_VALUED = frozenset({"textbox", "searchbox", "combobox", "listbox", "slider", "spinbutton"})


def collapse(text: str) -> str:
    """White space as a browser shows it."""
    return " ".join(text.split()) if text else ""


class Names:
    """The names of all elements of a page."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        """`nodes` in reading order."""
        self.labels: dict[Node, list[Node]] = {}
        """The `<label>`s of each control."""
        for node in nodes:
            if node.tag == "label" and (control := labelled_control(node)) is not None:
                self.labels.setdefault(control, []).append(node)

    def name_of(self, node: Node) -> str:
        """An element's accessible name; `""` when it has none."""
        named = self._referenced(node) or _aria_label(node) or self._native(node)
        if not named and _named_by_content(node):
            named = self._content(node, 0)
        return collapse(named or _title(node) or _placeholder(node))[:_LONGEST]

    def label_of(self, node: Node) -> str:
        """The text of the labels, or of what `aria-labelledby` points to."""
        return collapse(self._label_text(node) or self._referenced(node))[:_LONGEST]

    def _referenced(self, node: Node) -> str:  # B
        ids = node.attributes.get("aria-labelledby", "").split()
        if not ids:
            return ""
        found = (node.document.by_id(name, node.scope) for name in ids)
        return " ".join(self._text(part, 0, hidden=True) for part in found if part is not None)

    def _label_text(self, node: Node) -> str:
        labels = self.labels.get(node)
        if not labels:
            return ""
        return " ".join(self._content(label, 0, leaving_out=node) for label in labels)

    def _native(self, node: Node) -> str:  # D
        kind = input_type(node)
        if kind in _VALUE_NAMES:
            return node.attributes.get("value", node.value) or _VALUE_NAMES[kind]
        if kind == "image":
            alt = node.attributes.get("alt") or node.attributes.get("value", "")
            return alt or node.attributes.get("title", "") or "Submit"
        if node.tag in _LABELABLE:
            return self._label_text(node)
        if node.tag in {"img", "area"}:
            return node.attributes.get("alt", "")
        if node.tag in {"optgroup", "option"}:
            return node.attributes.get("label", "")
        wanted = _NAMING_CHILD.get(node.tag)
        part = next((child for child in node.children if child.tag == wanted), None)
        return self._content(part, 0, hidden=True) if part is not None else ""

    def _text(
        self, node: Node, depth: int, *, hidden: bool = False, leaving_out: Node | None = None
    ) -> str:
        """What a node adds to the name of one around it or pointing to it."""
        if node is leaving_out or depth > _DEEPEST:
            return ""
        if node.tag == "#text":
            return _rendered(node, hidden=hidden)
        if not hidden and _is_hidden(node):
            return ""
        if depth and (value := self._embedded_value(node)):  # E
            return value
        named = _aria_label(node) or self._native(node)  # C, D
        if named:
            return named
        return self._content(node, depth, hidden=hidden, leaving_out=leaving_out) or _title(node)

    def _content(
        self, node: Node, depth: int, *, hidden: bool = False, leaving_out: Node | None = None
    ) -> str:  # F
        pieces = []
        for child in node.children:
            text = self._text(child, depth + 1, hidden=hidden, leaving_out=leaving_out)
            pieces.append(text if _is_inline(child) else f" {text} ")
        return "".join(pieces) if pieces else _generated(node)

    def _embedded_value(self, node: Node) -> str:
        role = role_of(node)
        if role not in _VALUED:
            return ""
        if node.tag == "select":
            return " ".join(self._content(option, 0) for option in selected_options(node))
        return node.attributes.get("aria-valuetext") or node.value


def labelled_control(label: Node) -> Node | None:
    """The control that a `<label>` names."""
    target = label.attributes.get("for")
    if target is not None:
        found = label.document.by_id(target, label.scope)
        return found if found is not None and _is_labelable(found) else None
    within = (node for node in label.subtree() if node.document is label.document)
    return next((node for node in within if _is_labelable(node)), None)


def selected_options(select: Node) -> Iterable[Node]:
    """The chosen options of a `<select>`."""
    return (node for node in select.subtree() if node.tag == "option" and node.selected)


def _is_labelable(node: Node) -> bool:
    return node.tag in _LABELABLE and input_type(node) != "hidden"


def _named_by_content(node: Node) -> bool:
    return role_of(node) in _NAMED_BY_CONTENT or node.tag == "summary"


def _aria_label(node: Node) -> str:
    return node.attributes.get("aria-label", "").strip()


def _title(node: Node) -> str:
    return node.attributes.get("title", "").strip()


def _placeholder(node: Node) -> str:
    attributes = node.attributes
    if node.tag not in {"input", "textarea"}:
        return attributes.get("aria-placeholder", "")
    return attributes.get("placeholder", "") or attributes.get("aria-placeholder", "")


def _rendered(node: Node, *, hidden: bool) -> str:
    if node.text is not None:
        return node.text
    in_option = node.parent is not None and node.parent.tag == "option"
    return node.raw_text if hidden or in_option else ""


def _generated(node: Node) -> str:
    """What a pseudo-element says, without the private characters of icon fonts."""
    if not node.pseudo or node.tag == "::marker":
        return ""
    return "".join(sign for sign in node.text or "" if not "\ue000" <= sign <= "\uf8ff")


def _is_hidden(node: Node) -> bool:
    if node.attributes.get("aria-hidden", "").lower() == "true":
        return True
    if node.style is None:
        return False  # not laid out; its texts are not either, and say nothing
    return node.style.get("visibility", "visible") != "visible"


def _is_inline(node: Node) -> bool:
    if node.tag == "br":
        return False
    return node.style is None or node.style.get("display", "").startswith(("inline", "contents"))
