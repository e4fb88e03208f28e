"""What is read off a page when a schema says what to look for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from cdp_proxy.core.actions.extraction import validation
from cdp_proxy.core.actions.extraction.capture import Reading
from cdp_proxy.core.actions.extraction.facts import Fact, Facts, Source, fact
from cdp_proxy.core.actions.extraction.fields import Finder
from cdp_proxy.core.actions.extraction.groups import Scope
from cdp_proxy.core.actions.extraction.labels import labels
from cdp_proxy.core.actions.extraction.main_text import main_text
from cdp_proxy.core.actions.extraction.marks import marks
from cdp_proxy.core.actions.extraction.schema import Plan
from cdp_proxy.core.actions.extraction.structured import structured
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.wish import Missing
from shared.errors import InvalidRequest

MISSING_MAX: Final = 1_000
"""Reasons in one answer."""


def read_by(plan: Plan, reading: Reading, subtree: Node | None) -> tuple[object, list[Missing]]:
    """The page, or one subtree of it, as a schema wants it; null where nothing is clear.

    Raises:
        InvalidRequest: the browser does not understand a selector of the schema.
    """
    _check_selectors(plan, reading)
    root = subtree or reading.root
    page = subtree is None
    facts = Facts(chain(labels(root), marks(root), _of_page(reading) if page else ()))
    aside = main_text(root).boilerplate if page else ()
    finder = Finder(plan, reading.matches, facts, aside, reading.language)
    found = finder.look(plan.root, Scope(root, page=page))
    value = found.value if found.found else _nothing_of(plan)
    missing = [
        Missing(path=validation.pointer(path), reason=why)
        for path, why in found.missing[:MISSING_MAX]
    ]
    return value, [*missing, *_invalid(plan, value, missing)]


def _of_page(reading: Reading) -> Iterator[Fact]:
    yield from structured(reading.root)
    yield fact("title", reading.title, Source.KIND)
    yield fact("url", reading.url, Source.KIND)


def _check_selectors(plan: Plan, reading: Reading) -> None:
    for selector, path, match in zip(plan.selectors, plan.paths, reading.matches, strict=False):
        if not match.valid:
            where = path or "the root"
            raise InvalidRequest(
                f"The browser does not understand the `x-selector` {selector.css!r} at {where}.",
                field="schema",
            )


def _nothing_of(plan: Plan) -> object:
    """An object of nulls is easier to read than null alone."""
    if plan.root.kind != "object":
        return None
    return {name: None for name in plan.root.properties if name in plan.root.required}


def _invalid(plan: Plan, value: object, missing: Iterable[Missing]) -> list[Missing]:
    """What the validator says beyond what is known to be missing."""
    known = {entry["path"] for entry in missing}
    return [
        error for error in validation.errors(value, plan.validator) if error["path"] not in known
    ]
