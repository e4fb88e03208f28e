"""Getting hold of an element as a pointer would: in view, at rest, enabled, and hit.

All of it is asked of the page at the last moment, for snapshots age: an element that has gone is
`TargetDetached`, and the caller may look for its successor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import cdp.dom
import cdp.page
import cdp.runtime

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Tab
from cdp_proxy.core.commands import backend_node_id, call_on_node, node_from
from shared.errors import TargetCovered, TargetDetached, TargetDisabled, TargetNotFound

WORLD = "wallcrawler"
"""Name of the JavaScript world of the proxy's own scripts."""
_PATIENCE_SECONDS = 3.0
"""How long an element may take to become enabled, uncovered and visible."""
_PAUSE_SECONDS = 0.1
_SCRIPT_SECONDS = 30.0
"""A script waits for the element to stand still; a page may be at work for long."""
_ALIGNMENTS = ("nearest", "center", "end", "start")
"""Tried in turn, as what covers an element may stick to an edge of the viewport."""
_FRAME_TAGS = frozenset({"iframe", "frame"})


@dataclass(frozen=True, slots=True)
class Wants:
    """What a method needs of its target before it can be performed."""

    enabled: bool = True
    editable: bool = False
    hit: bool = True
    """Whether the pointer has to reach it."""


async def call_on(tab: Tab, element: Element, function: str, *arguments: object) -> Any:
    """Call a function of `scripts` on an element; its JSON result.

    Raises:
        TargetDetached: the element is not in its document any more.
    """
    session = element.key.cdp_session_id
    try:
        node = await _handle(tab, element)
        return await tab.call(
            call_on_node(node, function, arguments), session, timeout_seconds=_SCRIPT_SECONDS
        )
    except BlockedByDialog:
        raise
    except CommandFailed as error:
        raise TargetDetached(f"It has gone from the page: {error}") from error


async def node_on(tab: Tab, element: Element, function: str) -> int | None:
    """Call a function that gives another node of the same document, or null.

    Returns:
        That node's backend node id.

    Raises:
        TargetDetached: as for `call_on`.
    """
    session = element.key.cdp_session_id
    try:
        node = await _handle(tab, element)
        other = await tab.call(node_from(node, function), session)
        return None if other is None else await tab.call(backend_node_id(other), session)
    except BlockedByDialog:
        raise
    except CommandFailed as error:
        raise TargetDetached(f"It has gone from the page: {error}") from error


async def world_of(tab: Tab, frame_id: str, session: str) -> int:
    """The execution context of the proxy's own scripts in a frame.

    Raises:
        CommandFailed: the frame has gone.
    """
    command = cdp.page.create_isolated_world(cdp.page.FrameId(frame_id), WORLD)
    return int(await tab.call(command, session))


async def _handle(tab: Tab, element: Element) -> str:
    """A remote object for an element, in the proxy's own world."""
    session = element.key.cdp_session_id
    world = await world_of(tab, element.frame_id, session)
    node = await tab.call(
        cdp.dom.resolve_node(
            backend_node_id=cdp.dom.BackendNodeId(element.key.backend_node_id),
            execution_context_id=cdp.runtime.ExecutionContextId(world),
        ),
        session,
    )
    return str(node.object_id)


async def point_of(
    tab: Tab, element: Element, snapshot: Snapshot, wants: Wants, deadline: float
) -> tuple[float, float]:
    """Where to point at an element, in CSS pixels of the top-level viewport.

    Raises:
        TargetDetached: it has gone.
        TargetDisabled: it stays disabled or read-only.
        TargetCovered: something else stays above it; `details["coveredBy"]` says what.
        TargetNotFound: it has no visible part.
    """
    give_up = min(deadline, tab.now() + _PATIENCE_SECONDS)
    turn = 0
    while True:
        found = await _look(tab, element, snapshot, wants, _ALIGNMENTS[turn % len(_ALIGNMENTS)])
        if found["state"] == "ready":
            return (found["x"], found["y"])
        turn += 1
        rushed = found["state"] == "covered" and turn < len(_ALIGNMENTS)
        if found["state"] == "detached" or (tab.now() >= give_up and not rushed):
            raise _refusal(found)
        if not rushed:
            await tab.sleep(_PAUSE_SECONDS)


async def _look(
    tab: Tab, element: Element, snapshot: Snapshot, wants: Wants, align: str
) -> dict[str, Any]:
    asked = {**asdict(wants), "align": align}
    found: dict[str, Any] = await call_on(tab, element, scripts.PREPARE, asked)
    for owner in _frames_around(element, snapshot):
        if found["state"] != "ready":
            break
        found = await call_on(tab, owner, scripts.THROUGH_FRAME, found["x"], found["y"])
        if not wants.hit and found["state"] == "covered":
            found = {**found, "state": "ready"}
    return found


def _frames_around(element: Element, snapshot: Snapshot) -> Iterator[Element]:
    """The iframe elements that an element is in, the innermost first."""
    frame_id = element.frame_id
    for ancestor in snapshot.ancestors(element):
        if ancestor.frame_id != frame_id and ancestor.tag in _FRAME_TAGS:
            frame_id = ancestor.frame_id
            yield ancestor


def _refusal(found: dict[str, Any]) -> Exception:
    match found["state"]:
        case "detached":
            return TargetDetached("It has gone from the page.")
        case "disabled":
            return TargetDisabled("It is disabled.")
        case "readonly":
            return TargetDisabled("It is read-only.")
        case "covered":
            return TargetCovered(f"It is covered by {found['by']}.", coveredBy=found["by"])
        case _:
            return TargetNotFound("It is on the page, but no part of it is visible.")
