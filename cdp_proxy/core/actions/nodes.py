"""The captured columns as one tree: all frames of a page, as they are rendered.

Slots hold what is slotted into them and an iframe holds its document, so that the order of the
nodes is the reading order. Coordinates are still those of each document (`placing` moves them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cdp_proxy.core.actions.capture import STYLES, Capture, Document, Process
from cdp_proxy.core.actions.elements import NodeKey

_ELEMENT, _TEXT, _DOCUMENT = 1, 3, 9
_NO_STYLES: Mapping[str, str] = {}
_NOTHING = -1


class Node:
    """An element, a text, a pseudo-element or a document."""

    __slots__ = (
        "attributes",
        "bounds",
        "checked",
        "children",
        "clickable",
        "document",
        "key",
        "live",
        "parent",
        "pseudo",
        "raw_text",
        "role",
        "scope",
        "selected",
        "style",
        "tag",
        "text",
        "value",
    )

    def __init__(self, key: NodeKey, document: FrameDocument, tag: str) -> None:
        self.key = key
        self.document = document
        self.tag = tag
        """Lower case; `#text` and `#document` for what is no element."""
        self.parent: Node | None = None
        self.children: list[Node] = []
        self.attributes: Mapping[str, str] = _NO_STYLES
        self.style: Mapping[str, str] | None = None
        """`capture.STYLES`; None when it is not laid out, and for text."""
        self.bounds: tuple[float, float, float, float] | None = None
        """x, y, width, height in CSS pixels from the document's corner; None if not laid out."""
        self.raw_text = ""
        """A text as the document has it."""
        self.text: str | None = None
        """A text as it is rendered; None if it is not."""
        self.scope: Node | None = None
        """The host of the shadow tree it belongs to."""
        self.value = ""
        """What an input or textarea holds."""
        self.checked = False
        self.selected = False
        self.clickable = False
        self.pseudo = False
        self.role: str | None = None
        """Kept by `roles.role_of` once it has been asked for."""
        self.live: tuple[str, ...] = ()

    @property
    def is_element(self) -> bool:
        """Whether it is one that a page's author wrote."""
        return not self.tag.startswith("#") and not self.pseudo

    def ancestors(self) -> Iterator[Node]:
        """The nodes around it, the nearest first, across frames."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def subtree(self) -> Iterator[Node]:
        """Itself and all within, in reading order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class FrameDocument:
    """One frame's document, its ids, and where it is scrolled to."""

    __slots__ = ("_by_id", "frame_id", "scroll", "title", "url")

    def __init__(self, document: Document, strings: Sequence[str]) -> None:
        self.frame_id = strings[document.frame_id]
        self.url = strings[document.document_url]
        self.title = strings[document.title] if document.title != _NOTHING else ""
        self.scroll = (document.scroll_offset_x, document.scroll_offset_y)
        self._by_id: dict[str, list[Node]] = {}

    def add_id(self, name: str, node: Node) -> None:
        """Remember a node's `id`."""
        self._by_id.setdefault(name, []).append(node)

    def by_id(self, name: str, scope: Node | None) -> Node | None:
        """The first node with an `id`, preferably in the shadow tree of `scope`."""
        found = self._by_id.get(name, [])
        return next((node for node in found if node.scope is scope), found[0] if found else None)


def read_tree(capture: Capture) -> tuple[Node, ...]:
    """All nodes of a page in reading order; the first is the page's own document."""
    by_key: dict[NodeKey, Node] = {}
    roots = [_read_process(process, by_key) for process in capture.processes]
    for process, root in zip(capture.processes, roots, strict=True):
        owner = by_key.get(process.owner) if process.owner is not None else None
        if owner is not None:
            _adopt(owner, root)
    return tuple(roots[0].subtree())


def _adopt(owner: Node, root: Node) -> None:
    owner.children.append(root)
    root.parent = owner


def _read_process(process: Process, by_key: dict[NodeKey, Node]) -> Node:
    """The root document's node of a target; same-process frames are within."""
    read = [
        _DocumentReader(process, document).read(by_key) for document in process.captured.documents
    ]
    for document, nodes in zip(process.captured.documents, read, strict=True):
        frames = document.nodes.content_document_index
        for index, content in zip(frames.index, frames.value, strict=True):
            _adopt(nodes[index], read[content][0])
    return read[0][0]


class _DocumentReader:
    """Reads the columns of one document."""

    def __init__(self, process: Process, document: Document) -> None:
        self._process = process
        self._columns = document.nodes
        self._layout = document.layout
        self._strings = process.captured.strings
        self._document = FrameDocument(document, self._strings)
        self._styles: dict[tuple[int, ...], Mapping[str, str]] = {}

    def read(self, by_key: dict[NodeKey, Node]) -> list[Node]:
        """The nodes by their index, with their parents."""
        nodes = [self._make(index) for index in range(len(self._columns.parent_index))]
        for node, parent in zip(nodes, self._columns.parent_index, strict=True):
            by_key[node.key] = node
            if parent != _NOTHING:
                node.parent = nodes[parent]
                nodes[parent].children.append(node)
        self._read_states(nodes)
        self._read_layout(nodes)
        self._read_scopes(nodes)
        return nodes

    def _make(self, index: int) -> Node:
        columns, strings = self._columns, self._strings
        key = NodeKey(self._process.cdp_session_id, columns.backend_node_id[index])
        node = Node(key, self._document, strings[columns.node_name[index]].lower())
        kind = columns.node_type[index]
        if kind == _TEXT:
            node.raw_text = self._string(columns.node_value[index])
        elif kind == _ELEMENT:
            node.attributes = self._attributes(columns.attributes[index])
        elif kind != _DOCUMENT:
            node.tag = "#other"
        node.live = self._process.live.get(key.backend_node_id, ())
        return node

    def _attributes(self, pairs: Sequence[int]) -> Mapping[str, str]:
        strings = self._strings
        return {
            strings[name].lower(): self._string(value)
            for name, value in zip(pairs[::2], pairs[1::2], strict=True)
        }

    def _string(self, index: int) -> str:
        return self._strings[index] if index != _NOTHING else ""

    def _read_states(self, nodes: Sequence[Node]) -> None:
        columns = self._columns
        for values in (columns.text_value, columns.input_value):
            for index, value in zip(values.index, values.value, strict=True):
                nodes[index].value = self._string(value)
        for index in columns.input_checked.index:
            nodes[index].checked = True
        for index in columns.option_selected.index:
            nodes[index].selected = True
        for index in columns.is_clickable.index:
            nodes[index].clickable = True
        for index in columns.pseudo_type.index:
            nodes[index].pseudo = True

    def _read_layout(self, nodes: Sequence[Node]) -> None:
        layout = self._layout
        rows = zip(layout.node_index, layout.styles, layout.bounds, layout.text, strict=True)
        for index, styles, bounds, text in rows:
            node = nodes[index]
            if node.bounds is not None:  # generated content is laid out below its pseudo-element
                node.text = (node.text or "") + self._string(text)
                continue
            node.bounds = bounds
            node.style = self._style(tuple(styles)) if styles else None
            node.text = self._string(text) if text != _NOTHING else None

    def _style(self, values: tuple[int, ...]) -> Mapping[str, str]:
        style = self._styles.get(values)
        if style is None:
            named = zip(STYLES, values, strict=True)
            style = self._styles[values] = {name: self._strings[value] for name, value in named}
        return style

    def _read_scopes(self, nodes: Sequence[Node]) -> None:
        """The columns mark what is in a shadow tree, but not in which.

        A marked node below one that is not begins its parent's tree. Among marked ones, a custom
        element begins a tree of its own, and what a slot holds belongs to the tree around.
        """
        marked = set(self._columns.shadow_root_type.index)
        for index, node in enumerate(nodes):
            parent = node.parent
            if index in marked and parent is not None:
                node.scope = _scope_below(parent, self._columns.parent_index[index] in marked)
            if name := node.attributes.get("id"):
                self._document.add_id(name, node)


def _scope_below(parent: Node, parent_is_marked: bool) -> Node | None:
    if not parent_is_marked or "-" in parent.tag:
        return parent
    if parent.tag == "slot" and parent.scope is not None and parent.scope.scope is not None:
        return parent.scope.scope
    return parent.scope
