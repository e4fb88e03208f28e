"""The links of a page."""

from __future__ import annotations

from typing import Final, TypedDict

from cdp_proxy.core.actions.extraction.text import collapse, line
from cdp_proxy.core.actions.extraction.tree import Node

LINKS_MAX: Final = 5_000
_NOT_PLACES: Final = ("javascript:", "data:", "blob:", "about:")
LAZY_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "data-lazy")
"""Where scripts that load images late keep the address."""


class Link(TypedDict):
    """One link."""

    text: str
    url: str


def links(root: Node) -> list[Link]:
    """Every visible link within an element in reading order, each text and address once."""
    found: dict[tuple[str, str], None] = {}
    for node in root.within():
        if node.tag in {"a", "area"} and not node.hidden and (url := address(node)):
            found.setdefault((name(node), url))
            if len(found) == LINKS_MAX:
                break
    return [Link(text=text, url=url) for text, url in found]


def name(node: Node) -> str:
    """What a link says: its text, else its label, else its images' alternatives."""
    if said := line(node) or collapse(node.get("aria-label")):
        return said
    alternatives = (image.get("alt") for image in node.walk() if image.tag == "img")
    return collapse(" ".join(alternatives)) or collapse(
        line(node, spoken=True) or node.get("title")
    )


def address(node: Node) -> str:
    """Where a link leads, absolute; `""` for those that lead nowhere."""
    href = node.get("href")
    if not href or href.lower().startswith(_NOT_PLACES):
        return ""
    return node.url(href)


def source(image: Node) -> str:
    """An image's address, absolute, also of one that a script will load late; `""` if none."""
    candidates = [image.get("src"), *(image.get(attribute) for attribute in LAZY_SOURCES)]
    candidates += [_largest(image.get("srcset")), _largest(image.get("data-srcset"))]
    kept = (found for found in candidates if found and not found.startswith(("data:", "blob:")))
    return image.url(next(kept, "")) if any(candidates) else ""


def _largest(srcset: str) -> str:
    """The last address of a `srcset`: by custom the largest."""
    entries = [entry.split() for entry in srcset.split(", ") if entry.strip()]
    return entries[-1][0] if entries and entries[-1] else ""
