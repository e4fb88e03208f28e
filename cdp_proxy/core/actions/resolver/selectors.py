"""CSS selectors that an author meant to last: ids, test ids, field names."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver.view import View

_ATTRIBUTES = ("id", "data-testid", "data-test", "data-test-id", "data-cy", "name")


def selector(element: Element, view: View) -> str | None:
    """A short selector that nothing else of the element's frame has; None when there is none."""
    for attribute in _ATTRIBUTES:
        value = element.attributes.get(attribute)
        if value and _is_alone(element, attribute, value, view):
            return f'{element.tag}[{attribute}="{_escaped(value)}"]'
    return None


def _is_alone(element: Element, attribute: str, value: str, view: View) -> bool:
    return not any(
        other.attributes.get(attribute) == value
        for other in view.elements
        if other is not element and other.tag == element.tag and other.frame_id == element.frame_id
    )


def _escaped(value: str) -> str:
    """As CSS wants it within quotes (css-syntax-3, 4.3.5)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(f"\\{ord(char):x} " if ord(char) < ord(" ") else char for char in escaped)
