"""Reading a page into a tree: one script in each frame, the frames joined where they are shown."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from cdp import dom, runtime
from cdp import page as cdp_page

from cdp_proxy.core.actions.extraction import capture_script
from cdp_proxy.core.actions.extraction.tree import DOCUMENT, Flag, Node, number
from cdp_proxy.core.actions.ports import CommandFailed, Page
from shared.surrogates import mended

NODES_MAX: Final = 60_000
"""Elements and texts of one page; Chromium itself advises against more than 1 500 elements
(Lighthouse, *dom-size*), and the HTML standard's single page has 300 000."""
CHARS_MAX: Final = 4_000_000
"""Text and attributes of one page."""
DEPTH_MAX: Final = 200
"""Elements within elements, frames included: what recurses over the tree stays clear of Python's
limit. HTML parsers stop at 512; pages are rarely deeper than 40."""
FRAMES_MAX: Final = 40
READ_SECONDS: Final = 15.0
_OBJECT_GROUP: Final = "wallcrawler-extract"


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector to evaluate while the page is read."""

    css: str
    within: int = -1
    """The selector whose matches `:scope` stands for, by its place; -1 for the document."""


@dataclass(slots=True)
class Match:
    """What one selector matches, in reading order."""

    valid: bool = True
    nodes: list[Node] = field(default_factory=list)
    scoped: list[tuple[Node, Node]] = field(default_factory=list)
    """Of a scoped selector instead: what `:scope` was, and what matched there."""

    def within(self, scope: Node) -> list[Node]:
        """The matches within an element, as its `querySelectorAll` would have them."""
        if self.scoped:
            return [node for holder, node in self.scoped if holder is scope]
        start = bisect_right(self.nodes, scope.index, key=attrgetter("index"))
        end = bisect_right(self.nodes, scope.last, key=attrgetter("index"))
        return self.nodes[start:end]


@dataclass(slots=True)
class Reading:
    """A page, read."""

    root: Node
    url: str
    title: str
    language: str
    """Of the top document; `""` if it does not say."""
    matches: Sequence[Match]
    """For each selector asked for."""
    flaws: list[str] = field(default_factory=list)
    """What of the page is not in it, and why."""


@dataclass(frozen=True, slots=True)
class _Frame:
    frame_id: str
    session: str
    parent_id: str | None


async def read(page: Page, selectors: Sequence[Selector] = ()) -> Reading:
    """Read all frames and open shadow roots of a page.

    Raises:
        CommandFailed: the top document could not be read.
    """
    return await _Reader(page, selectors).read()


class _Reader:
    """One reading, under way."""

    def __init__(self, page: Page, selectors: Sequence[Selector]) -> None:
        self._page = page
        self._selectors = selectors
        self._matches = [Match() for _ in selectors]
        self._frames: dict[str, _Frame] = {}
        self._worlds: dict[str, runtime.ExecutionContextId] = {}
        self._owners: dict[str, Node] = {}
        self._nodes_left = NODES_MAX
        self._chars_left = CHARS_MAX
        self._flaws: list[str] = []

    async def read(self) -> Reading:
        await self._find_frames()
        top, *others = self._frames.values()
        await self._enter(top)
        for frame in others:
            await self._try(self._enter(frame))
        document = await self._run_script(top, DEPTH_MAX)
        root = self._grow(document)
        for frame in others:
            await self._try(self._graft(frame))
        number(root)
        for match in self._matches:
            match.nodes.sort(key=attrgetter("index"))
        return Reading(
            root, document["url"], document["title"], document["lang"], self._matches, self._flaws
        )

    async def _try(self, reading: Coroutine[Any, Any, None]) -> None:
        """A frame that went away, or hangs, is a flaw of the reading and not its end."""
        try:
            await reading
        except CommandFailed as error:
            self._flaws.append(f"A frame could not be read: {error}.")

    async def _find_frames(self) -> None:
        """Every frame, parents before children."""
        await self._find_frames_of(self._page.session)
        for session in dict.fromkeys(self._page.frame_sessions.values()):
            await self._try(self._find_frames_of(session))
        frames = _parents_first(self._frames.values())
        if len(frames) > FRAMES_MAX:
            self._flaws.append(f"Only {FRAMES_MAX} of {len(frames)} frames were read.")
        self._frames = {frame.frame_id: frame for frame in frames[:FRAMES_MAX]}

    async def _find_frames_of(self, session: str) -> None:
        for frame in _flatten(await self._page.call(_get_frame_tree(), session), session):
            self._frames[frame.frame_id] = frame

    async def _enter(self, frame: _Frame) -> None:
        """Make our world in a frame, and tell the one around it which element shows it."""
        self._worlds[frame.frame_id] = await self._page.call(
            cdp_page.create_isolated_world(
                cdp_page.FrameId(frame.frame_id), world_name=capture_script.WORLD
            ),
            frame.session,
        )
        if frame.parent_id in self._worlds:
            await self._remember_owner(frame, self._frames[frame.parent_id])

    async def _remember_owner(self, frame: _Frame, parent: _Frame) -> None:
        call, session = self._page.call, parent.session
        owner, _ = await call(dom.get_frame_owner(cdp_page.FrameId(frame.frame_id)), session)
        world = self._worlds[parent.frame_id]
        element = await call(
            dom.resolve_node(
                backend_node_id=owner, object_group=_OBJECT_GROUP, execution_context_id=world
            ),
            session,
        )
        await call(
            runtime.call_function_on(
                capture_script.REMEMBER_OWNER,
                object_id=element.object_id,
                arguments=[runtime.CallArgument(value=frame.frame_id)],
            ),
            session,
        )
        await call(runtime.release_object_group(_OBJECT_GROUP), session)

    async def _graft(self, frame: _Frame) -> None:
        """Put a frame's document into the element that shows it."""
        owner = self._owners.get(frame.frame_id)
        if owner is not None and not any(node.hidden for node in (owner, *owner.ancestors())):
            depth = sum(1 for _ in owner.ancestors())
            owner.add(self._grow(await self._run_script(frame, DEPTH_MAX - depth)))

    async def _run_script(self, frame: _Frame, depth: int) -> dict[str, Any]:
        options = {
            "selectors": [{"css": s.css, "within": s.within} for s in self._selectors],
            "maxNodes": self._nodes_left,
            "maxChars": self._chars_left,
            "maxDepth": depth,
        }
        value, thrown = await self._page.call(
            runtime.evaluate(
                f"{capture_script.READ}({json.dumps(options)})",
                context_id=self._worlds[frame.frame_id],
                return_by_value=True,
                silent=True,
            ),
            frame.session,
            READ_SECONDS,
        )
        if thrown is not None:
            raise CommandFailed(f"the reading script failed: {thrown.text}")
        document: dict[str, Any] = json.loads(mended(str(value.value)))
        if document["cut"]:
            self._flaws.append("The page is too large: not all of it was read.")
        return document

    def _grow(self, document: Mapping[str, Any]) -> Node:
        """The tree of one document; `nodes` is as the script has it."""
        root = Node(DOCUMENT, Flag.BLOCK, state={"base": document["base"]})
        places: dict[int, Node] = {-1: root}
        for place, (parent, content, *rest) in enumerate(document["nodes"]):
            if not rest:
                places[parent].add(content)
                self._chars_left -= len(content)
                continue
            flags, attributes, state = rest
            node = Node(content, flags, attributes, state)
            places[parent].add(node)
            places[place] = node
            if "frame" in state:
                self._owners[state["frame"]] = node
        self._nodes_left -= len(document["nodes"])
        for match, found in zip(self._matches, document["matches"], strict=True):
            _note(match, found, places)
        return root


def _note(match: Match, found: Sequence[Any] | None, places: Mapping[int, Node]) -> None:
    if found is None:
        match.valid = False
        return
    for place in found:
        if isinstance(place, int):
            match.nodes.append(places[place])
        else:
            match.scoped.append((places[place[0]], places[place[1]]))


def _get_frame_tree() -> Generator[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """`Page.getFrameTree`; PyCDP's own decoder demands fields that newer versions left out."""
    result = yield {"method": "Page.getFrameTree"}
    tree: dict[str, Any] = result["frameTree"]
    return tree


def _flatten(tree: Mapping[str, Any], session: str) -> Iterator[_Frame]:
    stack = [tree]
    while stack:
        here = stack.pop()
        frame = here["frame"]
        yield _Frame(frame["id"], session, frame.get("parentId"))
        stack.extend(reversed(here.get("childFrames", ())))


def _parents_first(frames: Iterable[_Frame]) -> list[_Frame]:
    """Sorted by depth; a frame's target may have been listed before the one around it."""
    known = {frame.frame_id: frame for frame in frames}

    def depth(frame: _Frame) -> int:
        steps = 0
        while frame.parent_id in known and steps < len(known):
            frame = known[frame.parent_id]
            steps += 1
        return steps

    return sorted(known.values(), key=depth)
