"""Fields: typing into them, replacing and clearing what they hold, and giving widgets a value."""

from __future__ import annotations

from typing import Final

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.pointer import click
from cdp_proxy.core.actions.ports import BlockedByDialog
from cdp_proxy.core.actions.touch import Wants, call_on
from cdp_proxy.core.commands import insert_text
from cdp_proxy.core.keyboard import chord, typing
from shared.errors import ActionFailed, TargetDetached, TargetNotFound

_KEYED_CHARS_MAX: Final = 200
"""A longer text is inserted at once, but for its last character: nobody types that much."""
_VALUE_TYPES: Final = frozenset(
    {"date", "time", "month", "week", "datetime-local", "color", "range"}
)
"""Input types whose value is set, not typed: what typing does depends on the locale."""
_TYPED: Final = Wants(editable=True)


async def focus(work: Work, found: Found) -> None:
    """Give it the focus, as a click would, without clicking what a click would set off."""
    await work.point(found, Wants(enabled=True, hit=False))
    if not await call_on(work.tab, found.element, scripts.FOCUS):
        await click(work.tab, await work.point(found))


async def fill(work: Work, found: Found, text: str) -> None:
    """Replace what a field holds."""
    if found.element.attributes.get("type", "").lower() in _VALUE_TYPES:
        await set_value(work, found, text)
        return
    await _enter(work, found)
    await call_on(work.tab, found.element, scripts.SELECT_CONTENT)
    await _strike(work, text or None)
    await _check(work, found, text)


async def append(work: Work, found: Found, text: str) -> None:
    """Type after what a field holds already."""
    await _enter(work, found)
    await call_on(work.tab, found.element, scripts.CARET_TO_END)
    await _strike(work, text)


async def type_into_focus(work: Work, text: str) -> None:
    """Type into whatever has the focus."""
    await _strike(work, text)


async def press(work: Work, name: str) -> None:
    """Strike a chord.

    Raises:
        ActionFailed: there is no such key.
    """
    try:
        strokes = list(chord(name))
    except ValueError as error:
        raise ActionFailed(f"{name} cannot be pressed: {error}.", key=name) from error
    await _send(work, strokes)


async def set_value(work: Work, found: Found, value: str) -> None:
    """Give a date, time, colour or range field its value.

    Raises:
        ActionFailed: the field does not take it (`details["value"]` is what it holds).
    """
    await work.point(found, Wants(editable=True, hit=False))
    held = await call_on(work.tab, found.element, scripts.SET_VALUE, value)
    if value and not held:
        raise ActionFailed(
            f"The field does not take {work.mask(value)!r}; dates are YYYY-MM-DD, times HH:MM.",
            value=work.mask(str(held)),
        )


async def _enter(work: Work, found: Found) -> None:
    """Click into a field, or focus it where the pointer cannot reach it but keys can."""
    try:
        await click(work.tab, await work.point(found, _TYPED))
    except TargetNotFound:
        if not await call_on(work.tab, found.element, scripts.FOCUS):
            raise


async def _check(work: Work, found: Found, text: str) -> None:
    """See that the text has arrived; a page that replaced the field under way gets it at once.

    Raises:
        ActionFailed: the field holds what it held before, whatever is done.
    """
    try:
        held = await call_on(work.tab, found.element, scripts.READ_VALUE)
    except (TargetDetached, BlockedByDialog):
        held = None
    if held is not None and _same(held, text):
        return
    successor = await work.again(found) if work.tab.dialog is None else None
    if successor is None:
        return
    held = await call_on(work.tab, successor.element, scripts.READ_VALUE)
    before = found.element.value
    if _same(held, text) or not (_is_cut_short(held, text) or _same(held, before)):
        return  # the page writes it its own way: a mask, a format, a limit of length
    await call_on(work.tab, successor.element, scripts.SELECT_CONTENT)
    await _send(work, [insert_text(text)] if text else list(chord("Delete")))
    if (
        work.tab.dialog is None
        and await call_on(work.tab, successor.element, scripts.READ_VALUE) == held
    ):
        raise ActionFailed("The field does not take what is typed into it.")


def _same(held: str, text: str) -> bool:
    return held.replace("\r\n", "\n").strip() == text.replace("\r\n", "\n").strip()


def _is_cut_short(held: str, text: str) -> bool:
    """Whether keys went nowhere: what is held is a piece of the text, and nothing but that."""
    return held.strip() == "" or (len(held) < len(text) and held.strip() in text)


async def _strike(work: Work, text: str | None) -> None:
    if text is None:
        await _send(work, list(chord("Delete")))
        return
    if len(text) > _KEYED_CHARS_MAX:
        await _send(work, [insert_text(text[:-1])])
        text = text[-1]
    await _send(work, list(typing(text)))


async def _send(work: Work, strokes: list) -> None:  # type: ignore[type-arg]
    try:
        await work.tab.call_all(strokes)
    except BlockedByDialog:
        return  # a key's handler opened it
