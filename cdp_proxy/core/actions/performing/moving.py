"""Moving things: drag and drop, and files into file inputs."""

from __future__ import annotations

from collections.abc import Sequence

import cdp.dom
import cdp.page

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click, drag
from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.actions.steps import Method, Target
from cdp_proxy.core.actions.touch import Wants, call_on
from shared.errors import ActionFailed, InvalidRequest, TargetDetached

_CHOOSER_SECONDS = 3.0


async def drag_onto(work: Work, target: Target, destination: Target) -> Found:
    """Drag one thing onto another."""
    dragged = await work.find_one(target, Method.DRAG)
    await drag_between(work, dragged, await work.find_one(destination, Method.HOVER))
    return dragged


async def drag_between(work: Work, dragged: Found, goal: Found) -> None:
    """Drag with pointer events, from which Chromium makes HTML's where it is `draggable`."""
    wants = Wants(enabled=False, hit=False)
    await work.point(goal, wants)
    await work.point(dragged)
    # Scrolling to one may have moved the other: only now both stand where they will be.
    end = await work.point(goal, wants)
    start = await work.point(dragged)
    await drag(work.tab, start, end)


async def upload(work: Work, target: Target, names: Sequence[str]) -> Found:
    """Give a file input files of the session's uploads; see `upload_to`."""
    found = await work.find_one(target, Method.UPLOAD)
    await upload_to(work, found, names)
    return found


async def upload_to(work: Work, found: Found, names: Sequence[str]) -> None:
    """Give a file input files; what opens a file chooser is clicked, and the chooser answered.

    Raises:
        InvalidRequest: there is no such upload.
        ActionFailed: it is no file input, and no chooser opened.
    """
    paths = [work.upload(work.expand(name)) for name in names]
    if not paths:
        raise InvalidRequest("Say which uploaded file is to be used.", field="instruction")
    if _is_file_input(found.element):
        await _set_files(work, found.element, paths)
    else:
        await _through_chooser(work, found, paths)


def _is_file_input(element: Element) -> bool:
    return element.tag == "input" and element.attributes.get("type", "").lower() == "file"


async def _set_files(work: Work, element: Element, paths: Sequence[str]) -> None:
    if not await call_on(work.tab, element, scripts.IS_ENABLED):
        raise ActionFailed("The file input is disabled.")
    try:
        await work.tab.call(
            cdp.dom.set_file_input_files(
                list(paths), backend_node_id=cdp.dom.BackendNodeId(element.key.backend_node_id)
            ),
            element.key.cdp_session_id,
        )
    except CommandFailed as error:
        raise TargetDetached(f"The files could not be set: {error}") from error


async def _through_chooser(work: Work, found: Found, paths: Sequence[str]) -> None:
    """Click what opens a file chooser, and answer that instead of the user."""
    tab = work.tab
    await tab.call(cdp.page.set_intercept_file_chooser_dialog(True))
    tab.activity.file_chooser = None  # a late one of an earlier click
    try:
        await click(tab, await work.point(found))
        give_up = min(work.deadline, tab.now() + _CHOOSER_SECONDS)
        while tab.activity.file_chooser is None and tab.now() < give_up:
            await tab.changed(give_up - tab.now())
        chooser, tab.activity.file_chooser = tab.activity.file_chooser, None
        if chooser is None:
            raise ActionFailed("It is no file input, and clicking it opened no file chooser.")
        node, session = chooser
        await tab.call(
            cdp.dom.set_file_input_files(list(paths), backend_node_id=cdp.dom.BackendNodeId(node)),
            session,
        )
    finally:
        await tab.call(cdp.page.set_intercept_file_chooser_dialog(False))
