"""Selectors that reach through frames and shadow roots: CSS steps joined by ` >> `.

Each step is looked for within what the step before has found: in its shadow root, or in its
document if that is an iframe. A step that begins with `/` or `xpath=` is XPath.
"""

from __future__ import annotations

import json

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element, NodeKey, Snapshot
from cdp_proxy.core.actions.ports import Tab
from cdp_proxy.core.actions.touch import call_on, world_of
from cdp_proxy.core.commands import (
    ScriptFailed,
    backend_node_id,
    content_frame_id,
    evaluate_in,
    node_in,
)
from shared.errors import InvalidRequest

_INTO = " >> "


async def find_node(tab: Tab, selector: str) -> NodeKey | None:
    """The first node that a selector finds, starting at the tab's main document.

    Raises:
        InvalidRequest: it is not valid CSS or XPath.
        CommandFailed: a document was replaced meanwhile.
    """
    steps = selector.split(_INTO)
    session, frame_id = tab.session, tab.target_id
    while True:
        world = await world_of(tab, frame_id, session)
        walk = f"{scripts.FIND}({json.dumps(steps)})"
        try:
            taken = await tab.call(evaluate_in(world, f"{walk}.taken"), session)
            node = await tab.call(node_in(world, f"{walk}.found"), session)
        except ScriptFailed as error:
            raise InvalidRequest(
                f"{selector!r} is not a valid selector.", field="selector"
            ) from error
        if node is None:
            return None
        if taken == len(steps):
            return NodeKey(session, await tab.call(backend_node_id(node), session))
        inner = await tab.call(content_frame_id(node), session)
        if inner is None:
            return None
        steps = steps[taken:]
        frame_id, session = inner, tab.frame_sessions.get(inner, session)


async def selector_of(tab: Tab, element: Element, snapshot: Snapshot) -> str:
    """A selector that finds an element, and that nothing else of its document has.

    Raises:
        TargetDetached: it, or a frame around it, has gone.
    """
    steps = [await call_on(tab, element, scripts.SELECTOR)]
    frame_id = element.frame_id
    for ancestor in snapshot.ancestors(element):
        if ancestor.frame_id != frame_id:
            steps.insert(0, await call_on(tab, ancestor, scripts.SELECTOR))
            frame_id = ancestor.frame_id
    return _INTO.join(steps)
