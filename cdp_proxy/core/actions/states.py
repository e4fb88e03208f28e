"""What an element is like now: its value, its states, its colour, whether one can operate it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdp_proxy.core.actions.names import collapse, selected_options
from cdp_proxy.core.actions.nodes import Node
from cdp_proxy.core.actions.roles import CONTROLS, DATE_INPUT_TYPES, TEXT_INPUT_TYPES, input_type

_DISABLEABLE = frozenset(
    {"button", "fieldset", "input", "optgroup", "option", "select", "textarea"}
)
_VALUELESS_INPUTS = frozenset({"button", "checkbox", "hidden", "image", "radio", "reset", "submit"})
_EDITABLE = frozenset({"", "true", "plaintext-only"})
_FOCUSABLE_TAGS = frozenset({"button", "select", "summary", "textarea"})
_SVG_TAGS = frozenset(
    {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "text", "tspan"}
)
_ARIA_STATES: Mapping[str, Mapping[str, str]] = {
    "aria-checked": {"true": "checked", "mixed": "mixed"},
    "aria-expanded": {"true": "expanded", "false": "collapsed"},
    "aria-selected": {"true": "selected"},
    "aria-pressed": {"true": "pressed", "mixed": "mixed"},
    "aria-required": {"true": "required"},
    "aria-readonly": {"true": "readonly"},
    "aria-invalid": {"true": "invalid", "grammar": "invalid", "spelling": "invalid"},
    "aria-multiselectable": {"true": "multiple"},
}


def states_of(node: Node) -> frozenset[str]:
    """Its states, of those that `Element.states` lists."""
    states = {*node.live, *_aria_states(node), *_native_states(node)}
    if "mixed" in node.live:
        states.discard("checked")
    if is_disabled(node):
        states.add("disabled")
    if _is_editable(node) and not states & {"disabled", "readonly"}:
        states.add("editable")
    return frozenset(states)


def value_of(node: Node) -> str:
    """What a field holds; passwords as `•` only."""
    kind = input_type(node)
    if kind in _VALUELESS_INPUTS:
        return ""
    if node.tag == "select":
        return ", ".join(option_text(option) for option in selected_options(node))
    if node.tag in {"input", "textarea"}:
        return _typed(kind, node.value)
    if node.tag in {"progress", "meter"}:
        return node.attributes.get("value", "")
    attributes = node.attributes
    return collapse(attributes.get("aria-valuetext") or attributes.get("aria-valuenow", ""))


def _typed(kind: str, value: str) -> str:
    if kind == "password":
        return "•" * len(value)
    if kind == "file":  # a browser says `C:\\fakepath\\name`
        return value.rpartition("\\")[2]
    return collapse(value)


def option_text(option: Node) -> str:
    """What an option of a native list says."""
    if label := option.attributes.get("label"):
        return collapse(label)
    texts = (node.text or node.raw_text for node in option.subtree() if node.tag == "#text")
    return collapse("".join(texts))


def is_disabled(node: Node) -> bool:
    """Disabled itself, by its fieldset or option group, or by ARIA."""
    if node.attributes.get("aria-disabled", "").lower() == "true":
        return True
    if node.tag not in _DISABLEABLE:
        return False
    return "disabled" in node.attributes or _is_disabled_by_group(node)


def is_interactive(node: Node, role: str) -> bool:
    """A control by role, focusable, editable, or listening for clicks; or it looks clickable."""
    if role in CONTROLS or node.tag in _FOCUSABLE_TAGS or is_editing_host(node):
        return True
    if node.tag == "input":
        return input_type(node) != "hidden"
    if node.tag in {"audio", "video"} and "controls" in node.attributes:
        return True
    if node.tag in {"html", "body"}:
        return False  # listens for what bubbles up, as a rule
    return _listens(node) or _has_tab_index(node) or _begins_pointer(node)


def is_editing_host(node: Node) -> bool:
    """Whether its content is for the user to edit."""
    return node.attributes.get("contenteditable", "false").lower() in _EDITABLE


def color_of(node: Node) -> str:
    """Its fill (a line's stroke) or background, as `rgb(r, g, b)`; `""` when transparent."""
    style = node.style or {}
    if node.tag not in _SVG_TAGS:
        return _opaque(style.get("background-color", ""))
    filled = "" if node.tag == "line" else _opaque(style.get("fill", ""))
    return filled or _opaque(style.get("stroke", ""))


def _native_states(node: Node) -> Iterator[str]:
    attributes, kind = node.attributes, input_type(node)
    if node.checked and kind in {"checkbox", "radio"}:
        yield "checked"
    if node.selected and node.tag == "option":
        yield "selected"
    if kind == "password":
        yield "password"
    if kind or node.tag in {"select", "textarea"}:
        yield from (name for name in ("required", "readonly", "multiple") if name in attributes)
    yield from _disclosure(node)


def _disclosure(node: Node) -> Iterator[str]:
    details = node.parent if node.tag == "summary" else node
    if details is not None and details.tag == "details":
        yield "expanded" if "open" in details.attributes else "collapsed"


def _aria_states(node: Node) -> Iterator[str]:
    for name, value in node.attributes.items():
        states = _ARIA_STATES.get(name)
        if states is not None and (state := states.get(value.lower())):
            yield state


def _is_disabled_by_group(node: Node) -> bool:
    below = node
    for around in node.ancestors():
        if around.tag == "optgroup" and "disabled" in around.attributes:
            return True
        if around.tag == "fieldset" and "disabled" in around.attributes:
            legend = next((child for child in around.children if child.tag == "legend"), None)
            if below is not legend:
                return True
        below = around
    return False


def _is_editable(node: Node) -> bool:
    if node.tag == "textarea" or is_editing_host(node):
        return True
    return input_type(node) in TEXT_INPUT_TYPES | DATE_INPUT_TYPES


def _listens(node: Node) -> bool:
    """`isClickable` without what Chromium counts as such by nature: labels, and edited text."""
    if not node.clickable or node.tag == "label":
        return False
    return not any(is_editing_host(around) for around in node.ancestors())


def _has_tab_index(node: Node) -> bool:
    return node.attributes.get("tabindex", "").strip().lstrip("-").isdecimal()


def _begins_pointer(node: Node) -> bool:
    """`cursor` is inherited: what looks clickable is where it begins."""
    if node.style is None or node.style.get("cursor") != "pointer":
        return False
    styles = (around.style for around in node.ancestors())
    above = next((style for style in styles if style is not None), None)
    return above is None or above.get("cursor") != "pointer"


def _opaque(color: str) -> str:
    """`rgb(…)` of a computed colour; what is half transparent counts by its colour."""
    if color.startswith("rgb("):
        return color
    if not color.startswith("rgba("):
        return ""  # `none`, or a gradient's `url(…)`
    *channels, alpha = color[len("rgba(") : -1].split(",")
    return f"rgb({','.join(channels)})" if alpha.strip() != "0" else ""
