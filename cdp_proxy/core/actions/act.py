"""act: an instruction, or an action spelled out, done to a tab from its first step to its last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.models.choices import Choice, Plan
from cdp_proxy.core.actions.performing.log import Performed
from cdp_proxy.core.actions.performing.revealing import reveal
from cdp_proxy.core.actions.performing.steps import do_step, do_to
from cdp_proxy.core.actions.performing.work import Found, Work, selector_or_none
from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.actions.resolver import View, describe, runners_up
from cdp_proxy.core.actions.selectors import find_node
from cdp_proxy.core.actions.steps import Method, Step
from shared.errors import (
    ActionTimeout,
    AmbiguousTarget,
    InstructionNotUnderstood,
    TargetDetached,
    TargetNotFound,
    WallCrawlerError,
)

_PLANS_MAX = 8
"""Rounds of looking at the page and asking a model, for one instruction."""


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
    guide: Guide | None = None
    """Asked what the rules cannot tell; None: they have the last word."""

    async def instruction(self, text: str) -> None:
        """Do what an instruction says; a model is asked where the rules are not sure.

        Raises:
            WallCrawlerError: `details["performed"]` is what had been done by then.
        """
        if self.guide is not None and self.guide.always:
            await self._guided(text, "")
            return
        try:
            steps = parse(text)
        except InstructionNotUnderstood as error:
            if self.guide is None:
                raise self._with_progress(error, text) from error
            await self._guided(text, error.message)
            return
        self.work.log.note("understood", steps=[_in_short(step) for step in steps])
        for step in steps:
            try:
                await self._guarded(step, self._step(step))
            except (TargetNotFound, AmbiguousTarget) as error:
                if self.guide is None:
                    raise
                await self._guided(step.source, error.message)

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
        return await do_to(self.work, step, [await self._locate(action)])

    async def _guided(self, instruction: str, about: str) -> None:
        """Do what a model makes of an instruction, looking at the page again as it asks to."""
        try:
            await self._plans(instruction, about)
        except WallCrawlerError as error:
            if "performed" in error.details:
                raise
            raise self._with_progress(error, instruction) from error

    async def _plans(self, instruction: str, about: str) -> None:
        if self.guide is None:
            raise InstructionNotUnderstood("No model is at hand.", words=instruction)
        done: list[str] = []
        for _ in range(_PLANS_MAX):
            view = await self.work.look()
            plan = await self.guide.plan(
                view, instruction, self.work.mask, self.work.left(), done=done, about=about
            )
            self.work.log.note(
                "asked the model", why=about, reason=plan.reason, actions=len(plan.choices)
            )
            if not plan.choices and not done:
                raise TargetNotFound(
                    f"The model found nothing for it: {plan.reason}", reason=plan.reason
                )
            finished = await self._follow(plan, view, instruction, done)
            if finished and (not plan.more or not plan.choices):
                return
        raise ActionTimeout(f"It was not done after {_PLANS_MAX} rounds with the model.")

    async def _follow(self, plan: Plan, view: View, instruction: str, done: list[str]) -> bool:
        """Do what a plan says; False when the rest of it is about a tab that was left."""
        tab = self.work.tab
        for choice in plan.choices:
            if self.work.tab is not tab:
                return False
            step = Step(
                method=choice.method,
                arguments=choice.arguments,
                source=choice.description or instruction,
            )
            await self._guarded(step, self._chosen(choice, step, view))
            done.append(f"{choice.method.value}: {step.source}")
        return True

    async def _chosen(self, choice: Choice, step: Step, view: View) -> list[Found]:
        if choice.element is None:
            return await do_step(self.work, step)
        destination = None if choice.destination is None else Found(choice.destination, view)
        return await do_to(self.work, step, [Found(choice.element, view)], destination)

    async def _locate(self, action: SpelledOut) -> Found:
        """By selector, else by node, else by its description.

        Node ids are a process's own: after a navigation another element may have the same one, so
        the node counts only if it is still what it was described as.
        """
        view = await self.work.look()
        if action.selector is not None:
            key = await find_node(self.work.tab, action.selector)
            for element in view.elements:
                if element.key == key:
                    return Found(element, view)
        for element in view.elements:
            if element.key.backend_node_id == action.backend_node_id:
                found = Found(element, view)
                if action.description in {None, await self._described(found)}:
                    return found
        return await self._by_description(action)

    async def _by_description(self, action: SpelledOut) -> Found:
        if action.description:
            self.work.log.note("looked for again by its description", target=action.description)
            steps = parse(f"click {action.description}")
            if len(steps) == 1 and steps[0].target is not None:
                return (await self.work.find(steps[0].target, action.method))[0]
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
            raise self._with_progress(error, step.source) from error
        except CommandFailed as error:
            if work.left() <= 0:
                failure: WallCrawlerError = ActionTimeout(f"The page did not answer: {error}")
            else:
                failure = TargetDetached(f"The page went away under the action: {error}")
            raise self._with_progress(failure, step.source) from error
        done = work.tab.now()
        await work.settle()
        work.log.note(
            "did",
            step=_in_short(step),
            **await self._weighed(step, found),
            milliseconds=round(1000 * (done - began)),
            settlingMilliseconds=round(1000 * (work.tab.now() - done)),
        )
        if self.after_step is not None:
            await self.after_step()

    async def _weighed(self, step: Step, found: Sequence[Found]) -> dict[str, object]:
        """For the log: what was chosen, and what came close."""
        if not found:
            return {}
        last = self.work.log.performed[-len(found) :]
        weighed: dict[str, object] = {"chosen": [done.description for done in last]}
        if step.target is not None and step.target.text:
            chosen = [one.element for one in found]
            others = await self.work.tab.compute(
                runners_up, found[0].view, step.target, step.method, chosen
            )
            weighed["candidates"] = [self.work.mask(other) for other in others]
        return weighed

    async def _record(self, step: Step, found: Sequence[Found]) -> None:
        performed = self.work.log.performed
        if not found:
            performed.append(Performed(method=step.method.value, arguments=step.arguments))
        for one in found:
            performed.append(
                Performed(
                    method=step.method.value,
                    selector=await self._selector(one),
                    backend_node_id=one.element.key.backend_node_id,
                    description=await self._described(one),
                    arguments=step.arguments,
                )
            )

    async def _described(self, found: Found) -> str:
        words = await self.work.tab.compute(describe, found.element, found.view)
        return self.work.mask(words)

    async def _selector(self, found: Found) -> str | None:
        """None where it would tell a variable's value; masked, it would find nothing."""
        selector = await selector_or_none(self.work.tab, found.element, found.view)
        return selector if selector is None or self.work.mask(selector) == selector else None

    def _with_progress(self, error: WallCrawlerError, source: str) -> WallCrawlerError:
        """The same error, saying what it is about and what had been done before."""
        self.work.log.note("failed", step=source, code=error.code)
        details = masked(self.work, {**error.details, "step": source})
        performed = [done.as_json() for done in self.work.log.performed]
        return type(error)(self.work.mask(error.message), **{**details, "performed": performed})


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
