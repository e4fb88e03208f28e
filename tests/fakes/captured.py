"""Captures made from trees written down in a test, in `DOMSnapshot`'s columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cdp_proxy.core.actions.capture import STYLES, Capture, Captured, LiveStates, Process
from cdp_proxy.core.actions.elements import Box
from cdp_proxy.core.actions.nodes import Node, read_tree

SESSION = "S"
FRAME = "F"
_COLUMNS = ("parentIndex", "nodeType", "nodeName", "nodeValue", "backendNodeId", "attributes")
_PLAIN = {"display": "block", "visibility": "visible", "opacity": "1", "position": "static"}


@dataclass(frozen=True, slots=True)
class Tag:
    """An element, laid out unless `box` is None."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Sequence[Tag | str] = ()
    box: tuple[float, float, float, float] | None = (0.0, 0.0, 100.0, 20.0)
    style: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None
    flags: frozenset[str] = frozenset()
    """Of `inputChecked optionSelected isClickable`."""


class _Columns:
    def __init__(self) -> None:
        self.strings: list[str] = []
        self.nodes: dict[str, Any] = {name: [] for name in _COLUMNS}
        self.nodes["inputValue"] = {"index": [], "value": []}
        for name in ("inputChecked", "optionSelected", "isClickable"):
            self.nodes[name] = {"index": []}
        self.layout: dict[str, Any] = {"nodeIndex": [], "styles": [], "bounds": [], "text": []}

    def string(self, text: str) -> int:
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def add(self, kind: int, name: str, parent: int, value: str = "") -> int:
        index = len(self.nodes["parentIndex"])
        row = (parent, kind, self.string(name), self.string(value), index + 1, [])
        for column, cell in zip(_COLUMNS, row, strict=True):
            self.nodes[column].append(cell)
        return index

    def add_tag(self, tag: Tag, parent: int) -> None:
        index = self.add(1, tag.name.upper(), parent)
        for name, value in tag.attributes.items():
            self.nodes["attributes"][index] += [self.string(name), self.string(value)]
        if tag.value is not None:
            self.nodes["inputValue"]["index"].append(index)
            self.nodes["inputValue"]["value"].append(self.string(tag.value))
        for flag in tag.flags:
            self.nodes[flag]["index"].append(index)
        if tag.box is not None:
            style = {**_PLAIN, **tag.style}
            self.lay_out(index, [self.string(style.get(name, "")) for name in STYLES], tag.box, -1)
        for child in tag.children:
            if isinstance(child, Tag):
                self.add_tag(child, index)
                continue
            text = self.add(3, "#text", index, child)
            if tag.box is not None:
                self.lay_out(text, [], tag.box, self.string(child))

    def lay_out(self, index: int, styles: list[int], box: Sequence[float], text: int) -> None:
        for column, cell in zip(self.layout, (index, styles, list(box), text), strict=True):
            self.layout[column].append(cell)


def captured(*tags: Tag, scroll_y: float = 0.0) -> dict[str, Any]:
    """`DOMSnapshot.captureSnapshot`'s answer for a document with these elements."""
    columns = _Columns()
    columns.add(9, "#document", -1)
    for tag in tags:
        columns.add_tag(tag, 0)
    document = {
        "documentURL": columns.string("http://site/"),
        "title": columns.string("Title"),
        "frameId": columns.string(FRAME),
        "scrollOffsetY": scroll_y,
        "nodes": columns.nodes,
        "layout": columns.layout,
    }
    return {"documents": [document], "strings": columns.strings}


def capture(*tags: Tag, scroll_y: float = 0.0, live: LiveStates | None = None) -> Capture:
    """A capture of one document; backendNodeIds count from 1, the document's."""
    process = Process(
        cdp_session_id=SESSION,
        captured=msgspec.convert(captured(*tags, scroll_y=scroll_y), Captured),
        live=live or {},
        parent_frame=None,
        owner=None,
    )
    return Capture(viewport=Box(0.0, 0.0, 800.0, 600.0), processes=[process])


def nodes(*tags: Tag, scroll_y: float = 0.0) -> tuple[Node, ...]:
    """The nodes of such a document; the first is the document's."""
    return read_tree(capture(*tags, scroll_y=scroll_y))
