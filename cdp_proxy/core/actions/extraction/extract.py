"""extract: one wish, one page, one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cdp_proxy.core.actions.extraction.by_schema import read_by
from cdp_proxy.core.actions.extraction.capture import Reading, Selector, read
from cdp_proxy.core.actions.extraction.plain import read_as
from cdp_proxy.core.actions.extraction.schema import make_plan
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.wish import Extracted, ExtractWish, Format, Missing
from cdp_proxy.core.actions.performing.paging import check_dialog
from cdp_proxy.core.actions.ports import Page
from shared.errors import InvalidRequest, TargetNotFound


async def extract(page: Page, wish: ExtractWish) -> Extracted:
    """Read what is wished for off a page, as it is now.

    Raises:
        InvalidRequest: schema, selector or format makes no sense; `details["field"]` says which.
        TargetNotFound: nothing matches the selector.
        DialogOpen: a JavaScript dialog keeps the page from being read.
        CommandFailed: the page could not be read.
    """
    wanted = _format(wish.format)
    plan = make_plan(wish.schema) if wish.schema is not None else None
    reading, subtree = await _read(page, wish.selector, plan.selectors if plan else ())
    missing = [Missing(path="", reason=flaw) for flaw in reading.flaws]
    if plan is None:
        result = await page.compute(read_as, wanted, reading, subtree)
    else:
        result, unfound = await page.compute(read_by, plan, reading, subtree)
        missing += unfound
    return Extracted(result=result, missing=missing, url=reading.url, title=reading.title)


async def page_text(page: Page, wish: ExtractWish, max_chars: int) -> Extracted:
    """What a model is shown of the page: its main text (or the subtree's) as Markdown.

    Raises:
        As `extract`.
    """
    read = await extract(page, replace(wish, schema=None, format=Format.MARKDOWN))
    text = str(read.result)
    return read if len(text) <= max_chars else replace(read, result=text[: max_chars - 1] + "…")


async def _read(
    page: Page, css: str | None, selectors: Sequence[Selector]
) -> tuple[Reading, Node | None]:
    """Read the page; the subtree is None when all of it is wished for."""
    check_dialog(page)
    own = [Selector(css)] if css is not None else []
    reading = await read(page, [*selectors, *own])
    return reading, _subtree(reading, css) if css is not None else None


def _subtree(reading: Reading, css: str) -> Node:
    match = reading.matches[-1]
    if not match.valid:
        raise InvalidRequest("The browser does not understand the selector.", field="selector")
    if not match.nodes:
        raise TargetNotFound(f"Nothing on the page matches the selector {css!r}.", candidates=[])
    return match.nodes[0]


def _format(wanted: Format | str | None) -> Format | None:
    if wanted is None:
        return None
    try:
        return Format(wanted)
    except ValueError:
        known = ", ".join(Format)
        raise InvalidRequest(f"`format` is one of {known}.", field="format") from None
