"""extract with whatever can read: the rules first, a model for what they do not find."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cdp_proxy.core.actions.extraction import Extracted, ExtractWish, extract, page_text
from cdp_proxy.core.actions.extraction.validation import validate
from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.performing.work import Work
from shared.errors import InstructionNotUnderstood

_PAGE_CHARS_MAX = 200_000
_FIELDS_MAX = 20
_ASKING: Final = re.compile(
    r"(?i)^\s*(?:please\s+)?(?:(?:extract|get|give(?:\s+me)?|find|read|return|fetch|show(?:\s+me)?"
    r"|what(?:'s|\s+is|\s+are)|tell\s+me)\s+)?"
)
_BETWEEN: Final = re.compile(r"(?i)\s*(?:,\s*and\s+|,|;|\band\b)\s*")
_ARTICLE: Final = re.compile(r"(?i)^(?:the|a|an|its|this|that|all(?:\s+the)?)\s+")
_AFTER: Final = re.compile(
    r"(?i)\s+(?:of|on|from|in)\s+(?:the|this)\s+(?:page|site|product|article|item)\b.*$|[?.!]+\s*$"
)


async def read_page(work: Work, wish: ExtractWish, guide: Guide | None) -> Extracted:
    """Read what is wished for.

    Raises:
        InstructionNotUnderstood: an instruction names nothing to look for, and no model is there.
        WallCrawlerError: as `extraction.extract`, and what a model's asking raises.
    """
    open_ended = bool(wish.instruction) and wish.schema is None and wish.format is None
    if guide is not None and (guide.always or open_ended) and wish.format is None:
        return await _asked(work, wish, guide)
    if open_ended:
        wish = replace(wish, schema=schema_of(wish.instruction or ""))
    found = await extract(work.tab, wish)
    if guide is None or wish.schema is None or not found.missing:
        return found
    work.log.note("asked the model", why="the rules did not find all of it")
    asked = await _asked(work, wish, guide)
    result = _filled(found.result, asked.result)
    missing = [entry for entry in asked.missing if _at(result, entry["path"]) is None]
    known = {entry["path"] for entry in missing}
    missing += [it for it in validate(result, wish.schema) if it["path"] not in known]
    return replace(found, result=result, missing=missing)


def schema_of(instruction: str) -> dict[str, object]:
    """What an instruction without a schema names: one field for each thing, as text.

    Raises:
        InstructionNotUnderstood: it names nothing, or too much to be a list of fields.
    """
    listed = _AFTER.sub("", _ASKING.sub("", instruction, count=1))
    names = [_ARTICLE.sub("", part).strip() for part in _BETWEEN.split(listed)]
    names = [name for name in names if name]
    if not names or len(names) > _FIELDS_MAX or any(len(name.split()) > 4 for name in names):  # noqa: PLR2004
        raise InstructionNotUnderstood(
            "Without a model, extract looks for what is named: give a schema, or name the fields,"
            " such as: the title, the price and the author.",
            words=instruction,
        )
    return {
        "type": "object",
        "properties": {name: {"type": ["string", "null"]} for name in names},
    }


async def _asked(work: Work, wish: ExtractWish, guide: Guide) -> Extracted:
    """What a model reads, as far as it is what the schema allows."""
    page = await page_text(work.tab, wish, _PAGE_CHARS_MAX)
    read = await guide.read(str(page.result), wish.instruction or "", wish.schema, work.left())
    result, missing = read.result, list(read.missing)
    if wish.schema is not None:
        known = {entry["path"] for entry in missing}
        invalid = [it for it in validate(result, wish.schema) if it["path"] not in known]
        result = _without(result, {entry["path"] for entry in invalid})
        missing += invalid
    return Extracted(result=result, missing=missing, url=page.url, title=page.title)


def _without(value: object, invalid: Collection[str], pointer: str = "") -> object:
    """A model's result with null in place of each plain value that is not as the schema says."""
    if isinstance(value, Mapping):
        return {k: _without(v, invalid, f"{pointer}/{_escaped(k)}") for k, v in value.items()}
    if isinstance(value, list):
        return [_without(v, invalid, f"{pointer}/{at}") for at, v in enumerate(value)]
    return None if pointer in invalid else value


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _filled(found: object, asked: object) -> object:
    """What the rules found, with the model's values where they found nothing."""
    if found is None:
        return asked
    if isinstance(found, Mapping) and isinstance(asked, Mapping):
        keys = {**found, **asked}
        return {key: _filled(found.get(key), asked.get(key)) for key in keys}
    if isinstance(found, list) and isinstance(asked, list):
        if not found:
            return asked
        if len(found) == len(asked):
            return [_filled(one, other) for one, other in zip(found, asked, strict=True)]
    return found


def _at(result: object, pointer: str) -> object:
    """What a JSON pointer leads to; None when nothing is there."""
    at = result
    for part in _parts(pointer):
        if isinstance(at, Mapping):
            at = at.get(part)
        elif isinstance(at, list) and part.isdigit() and int(part) < len(at):
            at = at[int(part)]
        else:
            return None
    return at


def _parts(pointer: str) -> Sequence[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
