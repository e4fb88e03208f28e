"""Choosing: options of lists, native and made by hand; boxes, radio buttons and switches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.elements import Element, NodeKey
from cdp_proxy.core.actions.performing.work import Found, Work, persistently
from cdp_proxy.core.actions.pointer import click
from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.offers import offered
from cdp_proxy.core.actions.steps import Kind, Method, Target
from cdp_proxy.core.actions.touch import Wants, call_on, node_on
from cdp_proxy.core.keyboard import chord, typing
from shared.errors import ActionFailed, TargetNotFound

_NEAR = 88.0
"""`fuzz.ratio` from which two spellings of an option count as one."""
_LISTED_MAX = 20
"""Options that an error lists."""
_GLANCE_SECONDS = 0.5
_LIST_CLASS = re.compile(r"(?i)(^|[-_ ])(select|selectric|dropdown|drop-down|combo(box)?)([-_ ]|$)")
"""What authors of lists without ARIA call them."""
_LISTS = frozenset({"combobox", "listbox", "menu", "tree"})


async def select(work: Work, target: Target | None, options: Sequence[str]) -> list[Found]:
    """Choose options: of a list that is named, or of whatever has them.

    Returns:
        What was chosen from: the list, or what each option itself is.

    Raises:
        TargetNotFound: no such list or option; `details["candidates"]` are the options there are.
    """
    if target is not None and (target.text or target.anchor or target.ordinal):
        holder = await work.find_one(target, Method.SELECT)
        if not (traits.is_checkable(holder.element) or traits.is_option(holder.element)):
            if holder.element.tag != "select":
                await _choose_custom(work, holder, options)
                return [holder]
            return [
                await persistently(work, holder, lambda now: _choose_native(work, now, options))
            ]
    return await _choose_anywhere(work, target, options)


async def select_in(work: Work, holder: Found, options: Sequence[str]) -> None:
    """Choose options of a list.

    Raises:
        TargetNotFound: it has no such option.
    """
    if holder.element.tag == "select":
        await _choose_native(work, holder, options)
    else:
        await _choose_custom(work, holder, options)


async def _choose_native(work: Work, holder: Found, options: Sequence[str]) -> None:
    """Choose options of a `<select>`."""
    await work.point(holder, Wants(hit=False))
    there = await call_on(work.tab, holder.element, scripts.OPTIONS)
    indexes = [_index_of(option, there) for option in options]
    disabled = [options[at] for at, index in enumerate(indexes) if there[index]["disabled"]]
    if disabled:
        raise ActionFailed(f"The option {disabled[0]!r} is disabled.", option=disabled[0])
    await call_on(work.tab, holder.element, scripts.CHOOSE_OPTIONS, indexes)


async def _choose_custom(work: Work, holder: Found, options: Sequence[str]) -> None:
    """Open a list that is made by hand, and click its options."""
    for option in options:
        chosen = await _find_option(work, option, 0.0)
        if chosen is None:
            await click(work.tab, await work.point(holder))
            await work.settle()
            chosen = await _find_option(work, option, 1.0)
        if chosen is None and "editable" in holder.element.states:
            await work.tab.call_all(list(typing(option)))
            await work.settle()
            chosen = await _find_option(work, option, 2.0)
        if chosen is None:
            raise await _no_such_option(work, option)
        await click(work.tab, await work.point(chosen))
        await work.settle()


async def _no_such_option(work: Work, option: str) -> TargetNotFound:
    """The error that lists what a list made by hand offers while it is open."""
    shown = [e for e in (await work.look()).elements if e.role == "option" and e.tag != "option"]
    return TargetNotFound(
        f"The list has no option {option!r}.",
        option=option,
        candidates=[
            {"description": f'the "{element.name}" option', "text": element.text}
            for element in shown[:_LISTED_MAX]
        ],
    )


async def _find_option(work: Work, option: str, patience_seconds: float) -> Found | None:
    target = Target(text=option, kind=Kind.OPTION)
    try:
        found = (await work.find(target, Method.CLICK, patience_seconds))[0]
    except TargetNotFound:
        return None
    return found if found.element.tag != "option" else None


async def _choose_anywhere(
    work: Work, target: Target | None, options: Sequence[str]
) -> list[Found]:
    """Choose whatever bears the names: options, radio buttons, boxes, items."""
    kind = Kind.OPTION if target is None or target.kind is Kind.LIST else target.kind
    chosen: list[Found] = []
    natives: dict[int, tuple[Found, list[str]]] = {}
    for option in options:
        found = await _find_anywhere(work, Target(text=option, kind=kind))
        holder = _select_around(found)
        if holder is not None:
            at = holder.element.key.backend_node_id
            natives.setdefault(at, (holder, []))[1].append(option)
            continue
        chosen.append(found)
        if traits.is_checkable(found.element):
            await check(work, found, on=True)
        else:
            await click(work.tab, await work.point(found))
        await work.settle()
    for holder, wanted in natives.values():
        await _choose_native(work, holder, wanted)
        chosen.append(holder)
    return chosen


async def _find_anywhere(work: Work, wanted: Target) -> Found:
    """An option, wherever it is; lists that are closed are opened to look."""
    try:
        return await _glimpse(work, wanted)
    except TargetNotFound:
        view = await work.look()
        within = offered(wanted.text, view)
        if len(within) == 1:
            return Found(view.elements[within[0]], view)
        for opener in [element for element in view.elements if _opens_list(element)]:
            await click(work.tab, await work.point(Found(opener, view)))
            await work.settle()
            try:
                return await _glimpse(work, wanted)
            except TargetNotFound:
                await work.tab.call_all(list(chord("Escape")))
                await work.settle()
        raise


async def _glimpse(work: Work, wanted: Target) -> Found:
    """What bears an option's name now; a list that is called so is none of its options."""
    found = (await work.find(wanted, Method.SELECT, _GLANCE_SECONDS))[0]
    if found.element.role in _LISTS and found.element.tag != "select":
        raise TargetNotFound(f"There is a list like {wanted.text!r}, but no such option.")
    return found


def _opens_list(element: Element) -> bool:
    """Whether it is a closed list that is made by hand."""
    if not element.visible or element.tag in {"select", "option"} or "disabled" in element.states:
        return False
    if element.role == "combobox" or element.attributes.get("aria-haspopup") == "listbox":
        return True
    if element.tag == "a":
        return False  # it may lead elsewhere
    return element.interactive and bool(_LIST_CLASS.search(element.attributes.get("class", "")))


async def check(work: Work, found: Found, *, on: bool) -> None:
    """Bring a box, radio button or switch into a state.

    Raises:
        ActionFailed: it did not take it.
    """
    tab, element = work.tab, found.element
    before = await call_on(tab, element, scripts.CHECKED)
    if before is on:
        return
    await click(tab, await _point_of_box(work, found))
    if before is None or tab.dialog is not None:
        return
    await work.settle()
    successor = await work.again(found)
    if successor is None:
        return
    if await call_on(tab, successor.element, scripts.CHECKED) is not on:
        raise ActionFailed(f"It was clicked, but is not {'checked' if on else 'unchecked'} now.")


async def _point_of_box(work: Work, found: Found) -> tuple[float, float]:
    """Of the box itself, or of its label where the box is only drawn by the label's style."""
    try:
        return await work.point(found)
    except TargetNotFound:
        label = await _label_of(work, found.element)
        if label is None:
            raise
        return await work.point(Found(label, found.view))


async def _label_of(work: Work, element: Element) -> Element | None:
    """The first `<label>` of a control."""
    node = await node_on(work.tab, element, scripts.FIRST_LABEL)
    if node is None:
        return None
    return replace(element, key=NodeKey(element.key.cdp_session_id, node))


def _select_around(found: Found) -> Found | None:
    if found.element.tag == "select":
        return found
    if found.element.tag != "option":
        return None
    for ancestor in found.snapshot.ancestors(found.element):
        if ancestor.tag == "select":
            return Found(ancestor, found.view)
    return None


def _index_of(option: str, there: Sequence[dict[str, str]]) -> int:
    """The option that is meant: by label or value, exactly, then in other case, then nearly.

    Raises:
        TargetNotFound: none, or several nearly.
    """
    for spell in (str, str.casefold):
        for key in ("label", "value"):
            for index, entry in enumerate(there):
                if spell(entry[key].strip()) == spell(option.strip()):
                    return index
    folded = option.strip().casefold()
    labels = [entry["label"].casefold() for entry in there]
    near = [i for i, label in enumerate(labels) if folded and folded in label]
    if not near:
        near = [
            index
            for _, _, index in process.extract(
                folded, labels, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=3
            )
        ]
    if len(near) == 1:
        return near[0]
    raise TargetNotFound(
        f"The list has {'several options like' if near else 'no option'} {option!r}.",
        option=option,
        candidates=[
            {"description": f'the "{there[i]["label"]}" option', "text": there[i]["label"]}
            for i in (near or range(min(_LISTED_MAX, len(there))))
        ],
    )
