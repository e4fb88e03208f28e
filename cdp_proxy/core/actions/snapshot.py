"""The snapshot of a page: what a user perceives of it, as `elements` defines it.

Left out is what nobody sees: not laid out, transparent, clipped away. Three kinds of element stay
although they are not painted, because users operate them through something that is: options of a
`<select>` (visible when it is), checkboxes and radio buttons behind a visible label (visible), and
file inputs behind a button or drop zone (not `visible`, the only ones in a snapshot).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from cdp_proxy.core.actions.capture import Capture, capture_page
from cdp_proxy.core.actions.elements import Box, Element, Snapshot
from cdp_proxy.core.actions.names import Names
from cdp_proxy.core.actions.nodes import Node, read_tree
from cdp_proxy.core.actions.placing import Placing
from cdp_proxy.core.actions.ports import Page
from cdp_proxy.core.actions.roles import input_type, role_of
from cdp_proxy.core.actions.states import color_of, is_interactive, states_of, value_of
from cdp_proxy.core.actions.texts import Texts

_NO_ELEMENTS = frozenset({"html", "slot", "head", "script", "style", "template", "noscript"})
_OPTIONS = frozenset({"option", "optgroup"})
_DROP_ZONE_LEVELS = 3
"""How far around a hidden file input something must be seen."""


async def take_snapshot(page: Page) -> Snapshot:
    """All perceivable elements of a page now.

    Raises:
        CommandFailed: the page cannot be captured, for instance because a JavaScript dialog
            blocks it.
    """
    return await page.compute(make_snapshot, await capture_page(page))


def make_snapshot(capture: Capture) -> Snapshot:
    """What was captured, as elements."""
    nodes = read_tree(capture)
    builder = _Builder(nodes)
    for node in nodes:
        builder.add(node)
    document = nodes[0].document
    return Snapshot(
        url=document.url,
        title=document.title,
        viewport=capture.viewport,
        elements=builder.elements,
        children={ref: tuple(refs) for ref, refs in builder.children.items()},
    )


class _Builder:
    """Makes elements of nodes, in their order."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.elements: list[Element] = []
        self.children: dict[int, list[int]] = {}
        self._names = Names(nodes)
        self._placing = Placing(nodes)
        self._texts = Texts(nodes, self._placing)
        self._refs: dict[Node, int] = {}

    def add(self, node: Node) -> None:
        """Append the node's element, if a user perceives it."""
        if not node.is_element or node.tag in _NO_ELEMENTS:
            return
        visible = self._is_visible(node)
        if not visible and not self._is_drop_zone(node):
            return
        ref = self._refs[node] = len(self.elements)
        parent = self._parent(node)
        if parent is not None:
            self.children.setdefault(parent, []).append(ref)
        self.elements.append(self._element(node, ref, parent, visible=visible))

    def _element(self, node: Node, ref: int, parent: int | None, *, visible: bool) -> Element:
        role = role_of(node)
        own_text, text = self._texts.of(node)
        return Element(
            ref=ref,
            key=node.key,
            frame_id=node.document.frame_id,
            parent=parent,
            tag=node.tag,
            role=role,
            name=self._names.name_of(node),
            text=text,
            own_text=own_text,
            label=self._names.label_of(node),
            value=value_of(node),
            attributes=node.attributes,
            states=states_of(node),
            box=self._box(node),
            visible=visible,
            interactive=is_interactive(node, role),
            color=color_of(node),
        )

    def _parent(self, node: Node) -> int | None:
        return next((self._refs[above] for above in node.ancestors() if above in self._refs), None)

    def _box(self, node: Node) -> Box | None:
        return self._placing.visible_box(node)

    def _is_visible(self, node: Node) -> bool:
        if node in self._placing.shown:
            return True
        if node.tag in _OPTIONS:
            return any(above in self._placing.painted for above in islice(node.ancestors(), 2))
        return input_type(node) in {"checkbox", "radio", "file"} and any(
            label in self._placing.shown for label in self._names.labels.get(node, ())
        )

    def _is_drop_zone(self, node: Node) -> bool:
        return input_type(node) == "file" and any(
            above in self._placing.shown for above in islice(node.ancestors(), _DROP_ZONE_LEVELS)
        )
