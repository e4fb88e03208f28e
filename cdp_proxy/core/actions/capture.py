"""What Chromium tells of a page in one go: nodes, boxes, styles and states, of each process.

`DOMSnapshot.captureSnapshot` is the source, because of time. On a page of 1 250 controls (two
cores) it takes 45 ms; `Accessibility.getFullAXTree` takes 350 ms for 3.4 MB, of which roles and
names would be used, and Blink's `computedName` takes seconds when asked for element by element.
So roles and names are computed here, from the snapshot, by the rules that Chromium follows (`roles`
and `names`); a test holds them against the accessibility tree. What a snapshot does not have (the
focus, indeterminate and rejected inputs) comes from a small script in a world of its own.

PyCDP's decoder would build objects per field; the columns are taken as they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from cdp_proxy.core.actions.elements import Box, NodeKey
from cdp_proxy.core.actions.ports import CommandFailed, Page
from cdp_proxy.core.commands import CdpCommand

STYLES = (
    "display",
    "visibility",
    "opacity",
    "position",
    "overflow-x",
    "overflow-y",
    "clip",
    "clip-path",
    "cursor",
    "background-color",
    "fill",
    "stroke",
    "border-left-width",
    "border-top-width",
    "border-right-width",
    "border-bottom-width",
    "padding-left",
    "padding-top",
    "padding-right",
    "padding-bottom",
)
"""The computed styles that are captured, in this order."""

_WORLD = "wallcrawler"
_LIVE_SCRIPT = """
(() => {
  const most = 64;  // of bounded round trips; nobody sees more at once
  const found = [], focused = [], roots = [document];
  for (let root; (root = roots.pop()); ) {
    for (const node of root.querySelectorAll('*')) {
      if (node.shadowRoot) roots.push(node.shadowRoot);
      if (/^i?frame$/.test(node.localName) && node.contentDocument) {
        roots.push(node.contentDocument);
      }
      if (node.indeterminate || node.matches(':user-invalid')) found.push(node);
    }
  }
  for (let at = document.activeElement; at; ) {
    if (at !== at.ownerDocument.body || at.isContentEditable) focused[0] = at;
    at = at.shadowRoot?.activeElement ?? at.contentDocument?.activeElement;
  }
  found.length = Math.min(found.length, most);
  const states = found.map(node => node.indeterminate ? 'mixed' : 'invalid');
  const nodes = [...focused, ...found];
  return nodes.length && [[...focused.map(() => 'focused'), ...states].join(' '), ...nodes];
})()
"""
"""`['focused mixed invalid…', element, element, …]`, or 0 when there is nothing to tell."""


LiveStates = Mapping[int, tuple[str, ...]]
"""backendNodeId to some of `focused`, `mixed`, `invalid`."""


class RareStrings(msgspec.Struct):
    """String indices of the nodes that have one."""

    index: Sequence[int] = ()
    value: Sequence[int] = ()


class RareFlags(msgspec.Struct):
    """The nodes of which something is true."""

    index: Sequence[int] = ()


class Nodes(msgspec.Struct, rename="camel"):
    """Columns of the nodes of a document, in flat tree order: slots hold what is slotted."""

    parent_index: list[int]
    node_type: list[int]
    node_name: list[int]
    node_value: list[int]
    backend_node_id: list[int]
    attributes: list[list[int]]
    shadow_root_type: RareStrings = msgspec.field(default_factory=RareStrings)
    text_value: RareStrings = msgspec.field(default_factory=RareStrings)
    input_value: RareStrings = msgspec.field(default_factory=RareStrings)
    pseudo_type: RareStrings = msgspec.field(default_factory=RareStrings)
    input_checked: RareFlags = msgspec.field(default_factory=RareFlags)
    option_selected: RareFlags = msgspec.field(default_factory=RareFlags)
    is_clickable: RareFlags = msgspec.field(default_factory=RareFlags)
    content_document_index: RareStrings = msgspec.field(default_factory=RareStrings)
    """Its values are indices of documents, not of strings."""


class Layout(msgspec.Struct, rename="camel"):
    """Columns of what is laid out; one node may have several entries."""

    node_index: list[int]
    styles: list[list[int]]
    """`STYLES` as string indices; empty for text."""
    bounds: list[tuple[float, float, float, float]]
    """x, y, width, height in CSS pixels from the document's top left corner."""
    text: list[int]


class Document(msgspec.Struct, rename="camel"):
    """One frame's document."""

    document_url: int = msgspec.field(name="documentURL")
    title: int
    frame_id: int
    nodes: Nodes
    layout: Layout
    scroll_offset_x: float = 0.0
    scroll_offset_y: float = 0.0


class Captured(msgspec.Struct):
    """`DOMSnapshot.captureSnapshot`'s answer."""

    documents: list[Document]
    strings: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The documents of one target."""

    cdp_session_id: str
    captured: Captured
    live: LiveStates
    parent_frame: str | None
    """The frame around its root frame; None for the page's own target."""
    owner: NodeKey | None
    """The iframe element around its root frame, in the process of `parent_frame`."""

    def has_frame(self, frame_id: str | None) -> bool:
        """Whether one of its documents is that frame's."""
        strings = self.captured.strings
        return any(strings[document.frame_id] == frame_id for document in self.captured.documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Everything a snapshot is made of; the page's own target first."""

    viewport: Box
    processes: Sequence[Process] = field(repr=False)


def capture_snapshot() -> CdpCommand[Captured]:
    """`DOMSnapshot.captureSnapshot`, with `STYLES`."""
    params = {"computedStyles": list(STYLES)}
    result = yield {"method": "DOMSnapshot.captureSnapshot", "params": params}
    return msgspec.convert(result, Captured)


def get_viewport() -> CdpCommand[Box]:
    """`Page.getLayoutMetrics`: the size of the layout viewport."""
    result = yield {"method": "Page.getLayoutMetrics"}
    layout = result["cssLayoutViewport"]
    return Box(0.0, 0.0, float(layout["clientWidth"]), float(layout["clientHeight"]))


def get_parent_frame() -> CdpCommand[str | None]:
    """`Page.getFrameTree`: the frame around a target's root frame."""
    result = yield {"method": "Page.getFrameTree"}
    parent: str | None = result["frameTree"]["frame"].get("parentId")
    return parent


def get_frame_owner(frame_id: str) -> CdpCommand[int]:
    """`DOM.getFrameOwner`: the backendNodeId of a frame's element in the session asked."""
    result = yield {"method": "DOM.getFrameOwner", "params": {"frameId": frame_id}}
    return int(result["backendNodeId"])


def create_isolated_world(frame_id: str) -> CdpCommand[int]:
    """`Page.createIsolatedWorld`: its context; the one of this name if there is one already."""
    params = {"frameId": frame_id, "worldName": _WORLD, "grantUniveralAccess": True}
    result = yield {"method": "Page.createIsolatedWorld", "params": params}
    return int(result["executionContextId"])


def evaluate_live(context: int) -> CdpCommand[str | None]:
    """`Runtime.evaluate` of `_LIVE_SCRIPT`: the id of its array."""
    params = {"expression": _LIVE_SCRIPT, "contextId": context, "objectGroup": _WORLD}
    result = yield {"method": "Runtime.evaluate", "params": params}
    object_id: str | None = result["result"].get("objectId")
    return object_id


def get_items(object_id: str) -> CdpCommand[list[dict[str, Any]]]:
    """`Runtime.getProperties`: the remote objects of an array."""
    params = {"objectId": object_id, "ownProperties": True}
    result = yield {"method": "Runtime.getProperties", "params": params}
    return [item["value"] for item in result["result"] if item["name"].isdecimal()]


def describe_node(object_id: str) -> CdpCommand[int]:
    """`DOM.describeNode`: its backendNodeId."""
    result = yield {"method": "DOM.describeNode", "params": {"objectId": object_id}}
    return int(result["node"]["backendNodeId"])


def release_objects() -> CdpCommand[None]:
    """`Runtime.releaseObjectGroup`: all that `evaluate_live` made."""
    yield {"method": "Runtime.releaseObjectGroup", "params": {"objectGroup": _WORLD}}


async def capture_page(page: Page) -> Capture:
    """Capture all frames of a page.

    A frame that goes away meanwhile is left out.

    Raises:
        CommandFailed: the page itself cannot be captured, for instance because a JavaScript
            dialog blocks it.
    """
    viewport = await page.call(get_viewport())
    own = await page.call(capture_snapshot())
    root_frame = own.strings[own.documents[0].frame_id]
    live = await _live_states(page, page.session, root_frame)
    processes = [
        Process(cdp_session_id=page.session, captured=own, live=live, parent_frame=None, owner=None)
    ]
    for frame_id, session in page.frame_sessions.items():
        try:
            processes.append(await _capture_frame(page, frame_id, session))
        except CommandFailed:
            continue
    owned = [await _with_owner(page, process, processes) for process in processes[1:]]
    return Capture(viewport=viewport, processes=[processes[0], *filter(None, owned)])


async def _capture_frame(page: Page, frame_id: str, session: str) -> Process:
    captured = await page.call(capture_snapshot(), session)
    parent_frame = await page.call(get_parent_frame(), session)
    live = await _live_states(page, session, frame_id)
    return Process(
        cdp_session_id=session,
        captured=captured,
        live=live,
        parent_frame=parent_frame,
        owner=None,
    )


async def _with_owner(page: Page, process: Process, processes: Sequence[Process]) -> Process | None:
    """The process with its `owner`; None when nobody captured the document that is around it."""
    captured = process.captured
    frame_id = captured.strings[captured.documents[0].frame_id]
    for other in processes:
        if other is not process and other.has_frame(process.parent_frame):
            try:
                node = await page.call(get_frame_owner(frame_id), other.cdp_session_id)
            except CommandFailed:
                return None
            return replace(process, owner=NodeKey(other.cdp_session_id, node))
    return None


async def _live_states(page: Page, session: str, frame_id: str) -> LiveStates:
    context = await page.call(create_isolated_world(frame_id), session)
    array = await page.call(evaluate_live(context), session)
    if array is None:
        return {}
    states, *nodes = await page.call(get_items(array), session)
    live: dict[int, tuple[str, ...]] = {}
    for node, state in zip(nodes, states["value"].split(), strict=True):
        backend_id = await page.call(describe_node(node["objectId"]), session)
        live[backend_id] = (*live.get(backend_id, ()), state)
    await page.call(release_objects(), session)
    return live
