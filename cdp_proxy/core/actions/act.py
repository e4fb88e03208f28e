"""act: an instruction, or an action spelled out, done to a tab from its first step to its last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.performing import choices
from cdp_proxy.core.actions.performing.log import Performed
from cdp_proxy.core.actions.performing.revealing import reveal
from cdp_proxy.core.actions.performing.steps import do_step, do_to
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.actions.resolver import View, describe
from cdp_proxy.core.actions.selectors import find_node, selector_of
from cdp_proxy.core.actions.steps import Method, Step
from shared.errors import (
    ActionTimeout,
    TargetDetached,
    TargetNotFound,
    WallCrawlerError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpelledOut:
    """An action as `observe` answers it."""

    method: Method
    selector: str | None = None
    backend_node_id: int | None = None
    arguments: Sequence[str] = ()
    description: str | None = None


AfterStep = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Act:
    """The steps of one `act`, done in order; nothing is done after the first that fails."""

    work: Work
    after_step: AfterStep | None = field(default=None)
    """Awaited when a step has been done and the page has settled."""

    async def instruction(self, text: str) -> None:
        """Do what an instruction says.

        Raises:
            WallCrawlerError: `details["performed"]` is what had been done by then.
        """
        steps = parse(text)
        self.work.log.note("understood", steps=[_in_short(step) for step in steps])
        await self.steps(steps)

    async def steps(self, steps: Sequence[Step]) -> None:
        """Do steps."""
        for step in steps:
            await self._guarded(step, self._step(step))

    async def action(self, action: SpelledOut) -> None:
        """Do an action that is spelled out; its description finds what has been replaced."""
        source = action.description or action.selector or action.method.value
        step = Step(method=action.method, arguments=tuple(action.arguments), source=source)
        await self._guarded(step, self._spelled_out(action, step))

    async def _step(self, step: Step) -> list[Found]:
        try:
            return await do_step(self.work, step)
        except TargetNotFound:
            # *Find* and the like say that it is hidden somewhere.
            if step.target is None or not await reveal(self.work, step):
                raise
            return await do_step(self.work, step)

    async def _spelled_out(self, action: SpelledOut, step: Step) -> list[Found]:
        if action.selector is None and action.backend_node_id is None:
            return await do_step(self.work, step)
        found = await self._locate(action)
        if action.method is Method.SELECT:
            return await _select_in(self.work, found, action.arguments)
        return await do_to(self.work, step, [found])

    async def _locate(self, action: SpelledOut) -> Found:
        """By selector, else by node, else by its description."""
        view = await self.work.look()
        if action.selector is not None:
            key = await find_node(self.work.tab, action.selector)
            for element in view.elements:
                if element.key == key:
                    return Found(element, view)
        for element in view.elements:
            if element.key.backend_node_id == action.backend_node_id:
                return Found(element, view)
        if action.description:
            self.work.log.note("looked for again by its description", target=action.description)
            (step,) = parse(f"click {action.description}")
            if step.target is not None:
                return (await self.work.find(step.target, action.method))[0]
        raise TargetNotFound(
            "Neither the selector nor the node is on the page, or it is not visible.",
            selector=action.selector,
            backendNodeId=action.backend_node_id,
        )

    async def _guarded(self, step: Step, doing: Awaitable[list[Found]]) -> None:
        work = self.work
        began = work.tab.now()
        try:
            found = await doing
            await self._record(step, found)
        except WallCrawlerError as error:
            raise self._with_progress(error, step) from error
        except CommandFailed as error:
            if work.left() <= 0:
                failure: WallCrawlerError = ActionTimeout(f"The page did not answer: {error}")
            else:
                failure = TargetDetached(f"The page went away under the action: {error}")
            raise self._with_progress(failure, step) from error
        await work.settle()
        work.log.note(
            "did", step=_in_short(step), milliseconds=round(1000 * (work.tab.now() - began))
        )
        if self.after_step is not None:
            await self.after_step()

    async def _record(self, step: Step, found: Sequence[Found]) -> None:
        performed = self.work.log.performed
        if not found:
            performed.append(Performed(method=step.method.value, arguments=step.arguments))
        for one in found:
            performed.append(
                Performed(
                    method=step.method.value,
                    selector=await _selector(self.work, one.element, one.view),
                    backend_node_id=one.element.key.backend_node_id,
                    description=self.work.mask(describe(one.element, one.snapshot)),
                    arguments=step.arguments,
                )
            )

    def _with_progress(self, error: WallCrawlerError, step: Step) -> WallCrawlerError:
        """The same error, saying which step it is about and what had been done before."""
        self.work.log.note("failed", step=_in_short(step), code=error.code)
        details = masked(self.work, {**error.details, "step": step.source})
        performed = [done.as_json() for done in self.work.log.performed]
        return type(error)(self.work.mask(error.message), **{**details, "performed": performed})


async def _select_in(work: Work, found: Found, options: Sequence[str]) -> list[Found]:
    expanded = [work.expand(option) for option in options]
    if found.element.tag == "select":
        await choices.choose_native(work, found, expanded)
        return [found]
    return await choices.choose_custom(work, found, expanded)


async def _selector(work: Work, element: Element, view: View) -> str | None:
    """None when it has gone by now, as what was clicked often does."""
    if work.tab.dialog is not None:
        return None
    try:
        return await selector_of(work.tab, element, view.snapshot)
    except (TargetDetached, CommandFailed):
        return None


def masked(work: Work, value: Any) -> Any:
    """A JSON value without the values of variables."""
    if isinstance(value, str):
        return work.mask(value)
    if isinstance(value, Mapping):
        return {key: masked(work, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(work, item) for item in value]
    return value


def _in_short(step: Step) -> dict[str, object]:
    """A step for the log: variables by their names."""
    short: dict[str, object] = {"method": step.method.value, "source": step.source}
    if step.target is not None:
        target = replace(step.target, anchor=None)
        short["target"] = target.text or target.kind.value
    if step.arguments:
        short["arguments"] = list(step.arguments)
    return short
