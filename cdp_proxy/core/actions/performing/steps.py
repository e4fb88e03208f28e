"""One step, whatever its method: the table of what does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cdp_proxy.core.actions import pointer
from cdp_proxy.core.actions.performing import choices, dates, fields, moving, paging, scrolling
from cdp_proxy.core.actions.performing.closing import close, close_target
from cdp_proxy.core.actions.performing.disclosing import collapse, expand, find_to_expand
from cdp_proxy.core.actions.performing.revealing import is_searching
from cdp_proxy.core.actions.performing.work import APPEARS_SECONDS, Found, Work, persistently
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target
from cdp_proxy.core.actions.touch import Wants
from shared.errors import ActionTimeout, InstructionNotUnderstood, TargetNotFound

OnPage = Callable[[Work, Step], Awaitable[list[Found]]]
OnElement = Callable[[Work, Found, Step], Awaitable[object]]

_ANYTHING: Final = Target()
_GLANCE_SECONDS: Final = 0.4
"""How long to wait for what is to be searched for: it is hidden, more likely than late."""


async def do_step(work: Work, step: Step) -> list[Found]:
    """Do one step.

    Returns:
        What it was done to; empty for what concerns the page.

    Raises:
        WallCrawlerError: why it could not be done; nothing was done to the page then, but for
            what a user does to get there (scrolling, opening a list).
    """
    if work.tab.dialog is not None:
        step = _as_dialog_step(step)
    if step.method not in _DIALOG_STEPS:
        work.check_dialog()
    on_page = _ON_PAGE.get(step.method)
    if on_page is not None:
        return await on_page(work, step)
    if step.target is None:
        return await _without_target(work, step)
    patience = _GLANCE_SECONDS if is_searching(step) else APPEARS_SECONDS
    find = find_to_expand if step.method is Method.EXPAND else _find
    return await do_to(work, step, await find(work, step, patience))


async def _find(work: Work, step: Step, patience_seconds: float) -> list[Found]:
    return await work.find(step.target or _ANYTHING, step.method, patience_seconds)


async def do_to(
    work: Work, step: Step, found: Sequence[Found], destination: Found | None = None
) -> list[Found]:
    """Do a step to elements that are known already.

    Raises:
        WallCrawlerError: as `do_step`.
    """
    work.check_dialog()
    if step.method is Method.DRAG and destination is not None:
        await moving.drag_between(work, found[0], destination)
        return list(found)
    do = _ON_ELEMENT.get(step.method)
    if do is None:
        raise InstructionNotUnderstood(
            f"{step.method.value} needs a target in words.", words=step.source
        )
    done = []
    for one in found:
        done.append(await persistently(work, one, lambda it: do(work, it, step)))
        if len(found) > 1:
            await work.settle()
    return done


def _as_dialog_step(step: Step) -> Step:
    """What a step means while a JavaScript dialog is open, if it may mean that."""
    target = step.target
    if target is None:
        return step
    if step.method is Method.CLOSE and target.kind is Kind.DIALOG:
        return replace(step, method=Method.DISMISS_DIALOG, target=None)
    said = target.text.strip().casefold()
    if step.method is Method.CLICK and said in _SAYS_YES | _SAYS_NO:
        method = Method.ACCEPT_DIALOG if said in _SAYS_YES else Method.DISMISS_DIALOG
        return replace(step, method=method, target=None)
    return step


def _argument(work: Work, step: Step) -> str:
    if not step.arguments:
        raise InstructionNotUnderstood(
            f"{step.source!r} does not say what with.", words=step.source
        )
    return work.expand(step.arguments[0])


async def _without_target(work: Work, step: Step) -> list[Found]:
    """Steps on what has the focus."""
    match step.method:
        case Method.TYPE | Method.FILL:
            await fields.type_into_focus(work, _argument(work, step))
        case Method.CLEAR:
            await fields.press(work, "Control+A")
            await fields.press(work, "Delete")
        case _:
            found = await work.find(_ANYTHING, step.method)
            return await do_to(work, step, found)
    return []


async def _click(work: Work, found: Found, _step: Step) -> None:
    await pointer.click(work.tab, await work.point(found))


async def _double_click(work: Work, found: Found, _step: Step) -> None:
    await pointer.click(work.tab, await work.point(found), times=2)


async def _right_click(work: Work, found: Found, _step: Step) -> None:
    await pointer.click(work.tab, await work.point(found), button="right")


async def _hover(work: Work, found: Found, _step: Step) -> None:
    await pointer.move(work.tab, await work.point(found, Wants(enabled=False)))


async def _focus(work: Work, found: Found, _step: Step) -> None:
    await fields.focus(work, found)


async def _fill(work: Work, found: Found, step: Step) -> None:
    await fields.fill(work, found, _argument(work, step))


async def _type(work: Work, found: Found, step: Step) -> None:
    await fields.append(work, found, _argument(work, step))


async def _clear(work: Work, found: Found, _step: Step) -> None:
    await fields.fill(work, found, "")


async def _press_on(work: Work, found: Found, step: Step) -> None:
    await fields.focus(work, found)
    await fields.press(work, _argument(work, step))


async def _check(work: Work, found: Found, _step: Step) -> None:
    await choices.check(work, found, on=True)


async def _uncheck(work: Work, found: Found, _step: Step) -> None:
    await choices.check(work, found, on=False)


async def _set(work: Work, found: Found, step: Step) -> None:
    await dates.set_widget(work, found, _argument(work, step), step.source)


async def _close_it(work: Work, found: Found, _step: Step) -> None:
    await close(work, found)


async def _press(work: Work, step: Step) -> list[Found]:
    found = [] if step.target is None else [await work.find_one(step.target, Method.PRESS)]
    for one in found:
        await fields.focus(work, one)
    await fields.press(work, _argument(work, step))
    return found


async def _select(work: Work, step: Step) -> list[Found]:
    options = [work.expand(argument) for argument in step.arguments]
    return await choices.select(work, step.target, options)


async def _select_in(work: Work, found: Found, step: Step) -> None:
    await choices.select_in(work, found, [work.expand(argument) for argument in step.arguments])


async def _scroll_in(work: Work, found: Found, step: Step) -> None:
    await scrolling.scroll(work, found, _argument(work, step))


async def _show(work: Work, found: Found, _step: Step) -> None:
    await scrolling.show(work, found)


async def _upload_to(work: Work, found: Found, step: Step) -> None:
    await moving.upload_to(work, found, step.arguments)


async def _scroll(work: Work, step: Step) -> list[Found]:
    found = None if step.target is None else await work.find_one(step.target, Method.SCROLL)
    await scrolling.scroll(work, found, _argument(work, step))
    return [found] if found is not None else []


async def _scroll_to(work: Work, step: Step) -> list[Found]:
    return [await scrolling.scroll_to(work, step.target or _ANYTHING)]


async def _wait(work: Work, step: Step) -> list[Found]:
    seconds = float(_argument(work, step))
    if seconds > work.left():
        raise ActionTimeout(
            f"Waiting {seconds:g} s would take longer than the action has.", waitedFor=step.source
        )
    await work.tab.sleep(seconds)
    return []


async def _wait_for(work: Work, step: Step) -> list[Found]:
    return [await scrolling.wait_for(work, step.target or _ANYTHING)]


async def _wait_gone(work: Work, step: Step) -> list[Found]:
    await scrolling.wait_gone(work, step.target or _ANYTHING)
    return []


async def _drag(work: Work, step: Step) -> list[Found]:
    if step.target is None or step.destination is None:
        raise InstructionNotUnderstood("Say what to drag, and onto what.", words=step.source)
    return [await moving.drag_onto(work, step.target, step.destination)]


async def _upload(work: Work, step: Step) -> list[Found]:
    target = step.target or Target(kind=Kind.FILE)
    return [await moving.upload(work, target, step.arguments)]


async def _navigate(work: Work, step: Step) -> list[Found]:
    await paging.navigate(work.tab, _argument(work, step), paging.LOAD, work.deadline)
    return []


async def _back(work: Work, _step: Step) -> list[Found]:
    await paging.travel(work.tab, -1, work.deadline)
    return []


async def _forward(work: Work, _step: Step) -> list[Found]:
    await paging.travel(work.tab, 1, work.deadline)
    return []


async def _reload(work: Work, _step: Step) -> list[Found]:
    await paging.reload(work.tab, work.deadline)
    return []


async def _answer_dialog(work: Work, step: Step) -> list[Found]:
    """JavaScript's dialog if one is open, else one that the page is made of."""
    accept = step.method is Method.ACCEPT_DIALOG
    if work.tab.dialog is not None:
        text = work.expand(step.arguments[0]) if step.arguments else None
        await work.tab.answer_dialog(accept, text)
        return []
    try:
        (found,) = await work.find(Target(kind=Kind.DIALOG), Method.CLOSE, _GLANCE_SECONDS)
    except TargetNotFound as error:
        raise TargetNotFound("No dialog is open.", **error.details) from error
    if not accept:
        await close(work, found)
        return [found]
    for element in found.snapshot.descendants(found.element):
        if element.role == "button" and element.name.strip().casefold() in _SAYS_YES:
            await pointer.click(work.tab, await work.point(Found(element, found.view)))
            return [found]
    raise TargetNotFound("The dialog has no button that accepts it; say which to click.")


_ON_PAGE: Final[Mapping[Method, OnPage]] = {
    Method.PRESS: _press,
    Method.CLOSE: close_target,
    Method.SELECT: _select,
    Method.SCROLL: _scroll,
    Method.SCROLL_TO: _scroll_to,
    Method.WAIT: _wait,
    Method.WAIT_FOR: _wait_for,
    Method.WAIT_GONE: _wait_gone,
    Method.DRAG: _drag,
    Method.UPLOAD: _upload,
    Method.NAVIGATE: _navigate,
    Method.BACK: _back,
    Method.FORWARD: _forward,
    Method.RELOAD: _reload,
    Method.ACCEPT_DIALOG: _answer_dialog,
    Method.DISMISS_DIALOG: _answer_dialog,
}
"""Methods that find for themselves what they are done to, or are done to the page."""

_ON_ELEMENT: Final[Mapping[Method, OnElement]] = {
    Method.CLICK: _click,
    Method.DOUBLE_CLICK: _double_click,
    Method.RIGHT_CLICK: _right_click,
    Method.HOVER: _hover,
    Method.FOCUS: _focus,
    Method.FILL: _fill,
    Method.TYPE: _type,
    Method.CLEAR: _clear,
    Method.PRESS: _press_on,
    Method.CHECK: _check,
    Method.UNCHECK: _uncheck,
    Method.SET: _set,
    Method.CLOSE: _close_it,
    Method.EXPAND: expand,
    Method.COLLAPSE: collapse,
    Method.SELECT: _select_in,
    Method.SCROLL: _scroll_in,
    Method.SCROLL_TO: _show,
    Method.WAIT_FOR: _show,
    Method.UPLOAD: _upload_to,
}
"""What is done to an element once it is found."""

_SAYS_YES: Final = frozenset({"ok", "okay", "yes", "accept", "confirm", "leave"})
_SAYS_NO: Final = frozenset({"cancel", "no", "dismiss", "stay"})
_DIALOG_STEPS: Final = frozenset({Method.ACCEPT_DIALOG, Method.DISMISS_DIALOG})
