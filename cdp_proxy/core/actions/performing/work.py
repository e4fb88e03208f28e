"""One act under way: its tab, its end, its variables, and finding things on the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.models.hiding import hider
from cdp_proxy.core.actions.performing.log import StepLog
from cdp_proxy.core.actions.performing.paging import check_dialog
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Tab
from cdp_proxy.core.actions.resolver import View, resolve_in
from cdp_proxy.core.actions.selectors import selector_of
from cdp_proxy.core.actions.settle import settle
from cdp_proxy.core.actions.snapshot import take_snapshot
from cdp_proxy.core.actions.steps import Method, Target
from cdp_proxy.core.actions.touch import Wants, point_of
from shared.errors import (
    ActionFailed,
    ActionTimeout,
    AmbiguousTarget,
    InvalidRequest,
    TargetDetached,
    TargetNotFound,
)

APPEARS_SECONDS = 2.5
"""How long a target may take to appear; pages render late."""
_LOOK_AGAIN_SECONDS = 0.2
_TRIES = 3
"""A target that is replaced while it is reached for is looked for again."""
_VARIABLE = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)%")


@dataclass(frozen=True, slots=True)
class Found:
    """A target's element, and the page that it was found on."""

    element: Element
    view: View

    @property
    def snapshot(self) -> Snapshot:
        """The page."""
        return self.view.snapshot


Finder = Callable[[View], tuple[Element, ...]]
"""Finds elements in a snapshot; raises `TargetNotFound` or `AmbiguousTarget`."""


@dataclass(slots=True)
class Work:
    """What the performing of all steps shares."""

    tab: Tab
    deadline: float
    """Of `tab.now()`."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    upload: Callable[[str], str] = field(default=str, repr=False)
    """Where an uploaded file is for the browser, by its name; raises `InvalidRequest`."""
    log: StepLog = field(default_factory=StepLog)

    def expand(self, text: str) -> str:
        """Put the variables' values in.

        Raises:
            InvalidRequest: a variable has no value.
        """

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name not in self.variables:
                raise InvalidRequest(
                    f"The instruction names %{name}%, but variables has no {name}.",
                    field=f"variables.{name}",
                )
            return self.variables[name]

        return _VARIABLE.sub(value, text)

    def left(self) -> float:
        """Seconds until the act has to be done."""
        return self.deadline - self.tab.now()

    async def look(self) -> View:
        """The page as it is now.

        Raises:
            DialogOpen: a JavaScript dialog blocks it.
            TargetDetached: it has crashed.
            ActionTimeout: it could not be read in time.
        """
        while True:
            self.check_dialog()
            try:
                return await self.tab.compute(View, await take_snapshot(self.tab))
            except BlockedByDialog:
                continue
            except CommandFailed as error:
                if self.tab.activity.crashed:
                    raise TargetDetached("The page has crashed; open it again.") from error
                # Between two documents there is nothing to capture.
                if self.left() <= 0:
                    raise ActionTimeout(f"The page could not be read: {error}") from error
                await self.tab.changed(_LOOK_AGAIN_SECONDS)

    def check_dialog(self) -> None:
        """Raise `DialogOpen` if one is."""
        check_dialog(self.tab)

    async def find(
        self, target: Target, method: Method, patience_seconds: float = APPEARS_SECONDS
    ) -> list[Found]:
        """What a target means; several for one that says `every`.

        Raises:
            TargetNotFound: nothing fits, for as long as it may take to appear.
            AmbiguousTarget: several things do.
        """
        meant = self._expanded(target)
        return await self.find_by(lambda view: resolve_in(view, meant, method), patience_seconds)

    async def find_by(
        self, finder: Finder, patience_seconds: float = APPEARS_SECONDS
    ) -> list[Found]:
        """What a finder finds, looking again until it does or its time is over."""
        give_up = min(self.deadline, self.tab.now() + patience_seconds)
        while True:
            view = await self.look()
            try:
                elements = await self.tab.compute(finder, view)
            except (TargetNotFound, AmbiguousTarget) as error:
                unfinished = isinstance(error, TargetNotFound) or self.tab.activity.navigating
                if not unfinished or self.tab.now() >= give_up:
                    raise await self._with_selectors(error, view) from error
                await self.tab.changed(_LOOK_AGAIN_SECONDS)
                continue
            return [Found(element, view) for element in elements]

    async def _with_selectors(self, error: ActionFailed, view: View) -> ActionFailed:
        """The same error; each of its candidates can be acted on as it stands."""
        elements = {element.key.backend_node_id: element for element in view.elements}
        candidates = cast("list[dict[str, object]]", error.details.get("candidates", []))
        selectors = await self.tab.gather(
            [
                selector_or_none(self.tab, elements.get(cast("int", it.get("backendNodeId"))), view)
                for it in candidates
            ]
        )
        full = [
            {**candidate, "selector": selector} if selector else candidate
            for candidate, selector in zip(candidates, selectors, strict=True)
        ]
        return type(error)(error.message, **{**error.details, "candidates": full})

    async def find_one(self, target: Target, method: Method) -> Found:
        """What a target means, where it is to be one thing; the first if it says `every`."""
        return (await self.find(replace(target, every=False), method))[0]

    async def point(self, found: Found, wants: Wants = Wants()) -> tuple[float, float]:  # noqa: B008
        """Where to point at it; see `touch.point_of`."""
        return await point_of(self.tab, found.element, found.snapshot, wants, self.deadline)

    async def again(self, found: Found) -> Found | None:
        """An element as it is now; its successor, if one just like it has taken its place."""
        view = await self.look()
        for element in view.elements:
            if element.key == found.element.key:
                return Found(element, view)
        before, now = _twins(found.element, found.view), _twins(found.element, view)
        if len(before) != len(now):
            return None  # which of them it is cannot be told
        return Found(now[before.index(found.element)], view)

    async def settle(self) -> None:
        """Let the page come to rest."""
        await settle(self.tab, self.deadline)

    def mask(self, text: str) -> str:
        """Put the variables' names back in place of their values: for all that is shown."""
        return hider(self.variables)(text)

    def _expanded(self, target: Target) -> Target:
        anchor = None if target.anchor is None else self._expanded(target.anchor)
        return replace(target, text=self.expand(target.text), anchor=anchor)


async def selector_or_none(tab: Tab, element: Element | None, view: View) -> str | None:
    """A selector of an element; None when it has gone by now, as what was clicked often does."""
    if element is None or tab.dialog is not None:
        return None
    try:
        return await selector_of(tab, element, view.snapshot)
    except (TargetDetached, CommandFailed):
        return None


async def persistently(work: Work, found: Found, do: Callable[[Found], object]) -> Found:
    """Do something to an element; to its successor when the page replaces it meanwhile."""
    for _ in range(_TRIES):
        try:
            await do(found)  # type: ignore[misc]
        except TargetDetached:
            successor = await work.again(found)
            if successor is None:
                raise
            found = successor
        else:
            return found
    raise TargetDetached("The page replaces it faster than it can be acted on.")


def _twins(element: Element, view: View) -> list[Element]:
    """All elements that are told from it by nothing but their place."""
    return [other for other in view.elements if _marks(other) == _marks(element)]


def _marks(element: Element) -> tuple[object, ...]:
    return (element.tag, element.role, element.name, element.attributes.get("id"), element.label)
