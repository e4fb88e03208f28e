"""Nodes that people are at: what has the focus in a tab, through frames, in or out of process, and
open shadow roots; and what a frame tells of.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import cdp.page

from cdp_proxy.core.actions.ports import Page
from cdp_proxy.core.actions.touch import WORLD
from cdp_proxy.core.commands import CdpCommand, content_frame_id, node_in, node_of

PATIENCE_SECONDS: Final = 2.0
"""A page that does not answer so long is busy with something else."""
_FRAMES_DEEP_MAX: Final = 20
_FOCUSED: Final = """(() => {
  let at = document.activeElement || document.body;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  return at;
})()"""

SELECTED_TEXT: Final = """function(most) {
  if (this.type === 'password') return '';
  if (typeof this.selectionStart === 'number')
    return this.value.slice(this.selectionStart, this.selectionEnd).slice(0, most);
  const root = this.getRootNode();
  return String((root.getSelection ? root : document).getSelection() || '').slice(0, most);
}"""
"""Of what has the focus: the text that is selected there, as copying takes it."""


class Focused(NamedTuple):
    """A node, as the proxy's own scripts reach it."""

    object_id: str
    session: str
    """The flat session of its frame's target."""


async def focused(page: Page) -> Focused | None:
    """The node that has the focus, else the body that would get the keys.

    Raises:
        CommandFailed: the page does not answer, or a frame has gone meanwhile.
    """
    session, frame_id = page.session, page.target_id
    for _ in range(_FRAMES_DEEP_MAX):
        world = await _ask(page, _world_of(frame_id), session)
        node = await _ask(page, node_in(world, _FOCUSED), session)
        if node is None:
            return None
        inner = await _ask(page, content_frame_id(node), session)
        if inner is None:
            return Focused(node, session)
        frame_id, session = inner, page.frame_sessions.get(inner, session)
    return None


async def told_of(page: Page, session: str, frame_id: str, backend_node_id: int) -> Focused:
    """The node that an event of a frame names, be it in the document or not.

    Raises:
        CommandFailed: the page does not answer, or has it no more.
    """
    world = await _ask(page, _world_of(frame_id), session)
    return Focused(await _ask(page, node_of(backend_node_id, world), session), session)


def _world_of(frame_id: str) -> CdpCommand[Any]:
    return cdp.page.create_isolated_world(cdp.page.FrameId(frame_id), WORLD)


async def _ask(page: Page, command: CdpCommand[Any], session: str) -> Any:
    return await page.call(command, session, timeout_seconds=PATIENCE_SECONDS)
