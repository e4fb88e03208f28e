"""A snapshot as compact text, for models and for people.

    [0] navigation "Main"
      [1] link "Home" -> /home
    [4] heading 1 "Sign in"
    Use the address you registered with.
    [7] textbox "Email" value="a@b.c" required
    [9] combobox "Country" value="Norway" options: Norway | Sweden

A line with a number is an element by its `ref`; the others are plain text. Lines are indented by
the elements around them that have lines of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from cdp_proxy.core.actions.elements import Element, Snapshot

_LANDMARK_WORDS = """
alert alertdialog article banner complementary contentinfo dialog form grid group list listbox log
main menu menubar navigation radiogroup region search status table tablist tabpanel toolbar tree
treegrid
"""
_GROUPS = frozenset(_LANDMARK_WORDS.split())
"""What gets a line when it has a name, and something of interest within."""
_ALWAYS = frozenset({"alert", "alertdialog", "dialog", "form", "navigation", "row", "table"})
"""Those that get one without a name too."""
_OPTIONS = frozenset({"option", "optgroup"})
_LONGEST_NAME = 120
_LONGEST_LINE = 300
_LONGEST_HREF = 60
_MOST_OPTIONS = 12
_INDENT = "  "


def outline(snapshot: Snapshot, max_chars: int) -> str:
    """The page as lines.

    Args:
        snapshot: what is described.
        max_chars: no more than this many characters. Whole lines are left out at the end, and a
            last line says how many.
    """
    lines = list(_Outline(snapshot).lines())
    total = sum(len(line) + 1 for line in lines)
    if total <= max_chars + 1:
        return "\n".join(lines)
    kept, used = [], len(_left_out(len(lines)))
    for line in lines:
        used += len(line) + 1
        if used > max_chars:
            break
        kept.append(line)
    note = _left_out(len(lines) - len(kept))
    return "\n".join([*kept, note])[:max_chars]


def _left_out(count: int) -> str:
    return f"({count} more lines are left out)"


class _Outline:
    """Decides what gets a line, and writes it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._labels = {element.label for element in snapshot.elements if element.label}
        self._rich: set[int] = set()
        """Those with something within that gets a line with a number."""
        for element in reversed(snapshot.elements):
            if element.parent is not None and (element.ref in self._rich or _is_thing(element)):
                self._rich.add(element.parent)

    def lines(self) -> Iterator[str]:
        """All lines, indented."""
        depths: dict[int, int] = {}
        said: set[int] = set()
        for element in self._snapshot.elements:
            parent = element.parent
            depth = depths.get(parent, 0) if parent is not None else 0
            depths[element.ref] = depth
            if parent in said:
                said.add(element.ref)
                if element.ref not in self._rich and not _is_thing(element):
                    continue
            line = self._line(element, hushed=parent in said)
            if line:
                depths[element.ref] = depth + line.startswith("[")
                yield _INDENT * depth + line[:_LONGEST_LINE]
            if self._says_all(element):
                said.add(element.ref)

    def _says_all(self, element: Element) -> bool:
        """Whether the texts within are in its own line already."""
        return _is_thing(element) or element.ref not in self._rich

    def _line(self, element: Element, *, hushed: bool) -> str:
        if element.role in _OPTIONS and self._is_in_select(element):
            return ""
        if _is_thing(element):
            return self._thing(element)
        if element.ref in self._rich:
            if _is_group(element):
                return _described(element, element.role, element.name)
            return "" if hushed or self._is_label(element) else element.own_text
        return "" if hushed or self._is_label(element) else element.text

    def _thing(self, element: Element) -> str:
        name = element.name or element.label or element.text
        line = _described(element, _kind(element), name)
        if element.tag == "select":
            return line + self._options(element)
        return line

    def _options(self, select: Element) -> str:
        texts = [
            element.text
            for element in islice(self._snapshot.descendants(select), _MOST_OPTIONS * 10)
            if element.tag == "option"
        ]
        more = f" | (more than {_MOST_OPTIONS})" if len(texts) > _MOST_OPTIONS else ""
        return " options: " + " | ".join(texts[:_MOST_OPTIONS]) + more if texts else ""

    def _is_in_select(self, element: Element) -> bool:
        above = islice(self._snapshot.ancestors(element), 2)
        return any(ancestor.tag == "select" for ancestor in above)

    def _is_label(self, element: Element) -> bool:
        return element.tag == "label" and element.text in self._labels


def _is_thing(element: Element) -> bool:
    """What gets a line with a number for its own sake."""
    if element.interactive or element.role == "heading":
        return True
    return element.role == "img" and bool(element.name)


def _is_group(element: Element) -> bool:
    return element.role in _ALWAYS or (element.role in _GROUPS and bool(element.name))


def _kind(element: Element) -> str:
    if element.role == "heading":
        level = element.attributes.get("aria-level") or element.tag.removeprefix("h")
        return f"heading {level}" if level.isdecimal() else "heading"
    return element.role if element.role not in {"", "generic", "none"} else element.tag


def _described(element: Element, kind: str, name: str) -> str:
    parts = [f"[{element.ref}] {kind}"]
    if name:
        parts.append(f'"{_shortened(name, _LONGEST_NAME)}"')
    if element.value:
        parts.append(f'value="{_shortened(element.value, _LONGEST_NAME)}"')
    if element.placeholder and element.placeholder != name:
        parts.append(f'placeholder="{_shortened(element.placeholder, _LONGEST_NAME)}"')
    parts.extend(sorted(element.states - {"editable", "password"}))
    if element.role == "link" and (href := element.attributes.get("href")):
        parts.append(f"-> {_shortened(_target(href), _LONGEST_HREF)}")
    return " ".join(parts)


def _target(href: str) -> str:
    """A link's target without what says little."""
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return href
    if parts.scheme not in {"", "http", "https"}:
        return href
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc}{parts.path}{query}{fragment}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
