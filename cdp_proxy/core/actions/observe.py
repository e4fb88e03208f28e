"""observe: what can be done on a page, as actions that act takes back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.performing.log import Performed
from cdp_proxy.core.actions.performing.work import Work, selector_or_none
from cdp_proxy.core.actions.resolver import View, describe_all, resolve_in
from cdp_proxy.core.actions.steps import Method, Step
from shared.errors import (
    AmbiguousTarget,
    InstructionNotUnderstood,
    TargetNotFound,
)

Wanted = tuple[Element, Method, Sequence[str]]
"""What it is done to, how, and with what."""

_ACTIONS_MAX = 500
_CHECKED_ROLES = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
_SET_TYPES = frozenset({"date", "time", "month", "week", "datetime-local", "color", "range"})


async def observe(
    work: Work, instruction: str | None = None, guide: Guide | None = None
) -> list[Performed]:
    """What can be done, or what an instruction would do; nothing is done.

    Args:
        work: where.
        instruction: what is wanted (*click Save*), or what is looked for (*the search field*).
        guide: a model to ask where the rules are not sure.

    Raises:
        TargetNotFound, AmbiguousTarget: the instruction means nothing here, or several things.
        InstructionNotUnderstood: it cannot be read.
    """
    view = await work.look()
    if instruction is None:
        return await _described(work, view, await work.tab.compute(_controls, view))
    if guide is not None and guide.always:
        return await _suggested(work, view, instruction, guide)
    try:
        meant = await work.tab.compute(_meant, view, instruction)
        return await _described(work, view, meant)
    except (InstructionNotUnderstood, TargetNotFound, AmbiguousTarget):
        if guide is None:
            raise
        return await _suggested(work, view, instruction, guide)


def _controls(view: View) -> list[Wanted]:
    """All that can be operated, as far as it is listed."""
    controls = (
        element
        for element in view.elements
        if _is_control(element) and not _is_host_of_control(element, view)
    )
    return [(element, method_for(element), ()) for element in islice(controls, _ACTIONS_MAX)]


def _meant(view: View, instruction: str) -> list[Wanted]:
    """What the rules make of an instruction."""
    wanted: list[Wanted] = []
    for step in _steps_of(instruction):
        if step.target is not None:
            elements = resolve_in(view, step.target, step.method)
            named = step.source != instruction or _says_method(instruction, step)
            wanted += [
                (element, step.method if named else method_for(element), step.arguments)
                for element in elements
            ]
    return wanted


async def _suggested(work: Work, view: View, instruction: str, guide: Guide) -> list[Performed]:
    plan = await guide.suggest(view, instruction, work.left())
    return await _described(
        work,
        view,
        [
            (choice.element, choice.method, choice.arguments)
            for choice in plan.choices
            if choice.element is not None
        ],
    )


def method_for(element: Element) -> Method:
    """What one mostly does to such an element."""
    kind = element.attributes.get("type", "").lower() if element.tag == "input" else ""
    if element.tag == "select" or element.role == "listbox":
        return Method.SELECT
    if kind == "file":
        return Method.UPLOAD
    if kind in _SET_TYPES or element.role == "slider":
        return Method.SET
    if "editable" in element.states:
        return Method.FILL
    if element.role in _CHECKED_ROLES:
        checked = "checked" in element.states and element.role != "radio"
        return Method.UNCHECK if checked else Method.CHECK
    return Method.CLICK


def _is_control(element: Element) -> bool:
    """Options are the list's arguments, and what is disabled is for later."""
    return (
        element.interactive
        and element.visible
        and element.box is not None
        and element.tag not in {"option", "html", "body", "iframe", "label"}
        and "disabled" not in element.states
        and bool(element.name or element.text or element.label or "editable" in element.states)
    )


def _is_host_of_control(element: Element, view: View) -> bool:
    """Whether it is a custom element around the control that it is named after."""
    if "-" not in element.tag:
        return False
    called = {element.name, element.label, element.text} - {""}
    inside = (view.elements[ref] for ref in view.inside(element.ref))
    return any(_is_control(inner) and {inner.name, inner.text} & called for inner in inside)


def _steps_of(instruction: str) -> Sequence[Step]:
    """An instruction's steps; what is only named is taken as something to click."""
    try:
        return parse(instruction)
    except InstructionNotUnderstood:
        return parse(f"click {instruction}")


def _says_method(instruction: str, step: Step) -> bool:
    return step.method is not Method.CLICK or instruction.lower().lstrip().startswith(
        ("click", "press", "tap", "push", "hit")
    )


async def _described(work: Work, view: View, wanted: Sequence[Wanted]) -> list[Performed]:
    elements = [element for element, _, _ in wanted]
    descriptions = await work.tab.compute(describe_all, elements, view)
    selectors = await work.tab.gather(
        [selector_or_none(work.tab, element, view) for element in elements]
    )
    return [
        Performed(
            method=method.value,
            selector=selector,
            backend_node_id=element.key.backend_node_id,
            description=work.mask(description),
            arguments=arguments,
        )
        for (element, method, arguments), description, selector in zip(
            wanted, descriptions, selectors, strict=True
        )
    ]
