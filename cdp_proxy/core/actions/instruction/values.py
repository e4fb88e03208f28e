"""A value for a control: what kind of control it is said to be decides how the value gets there."""

from __future__ import annotations

import re

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.dates import read_date, read_time
from cdp_proxy.core.actions.instruction.phrases import word_set
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
"""A colour as colour fields take it."""
ON = word_set("on checked true enabled ticked yes")
OFF = word_set("off unchecked false disabled unticked no")


def value_step(context: Context, target: Target, text: str) -> Step:
    """Write a text into a control: `fill`, unless its kind asks for `set`, `select` or `upload`."""
    if target.kind in {Kind.SLIDER, Kind.SPINNER, Kind.DATE}:
        return set_step(context, target, text)
    if target.kind is Kind.LIST:
        return context.step(Method.SELECT, target, [text])
    if target.kind is Kind.FILE:
        return context.step(Method.UPLOAD, target, [text])
    timed = "time" in target.qualities and read_time(text) is not None
    if timed or ("color" in target.qualities and COLOUR.fullmatch(text)):
        return set_step(context, target, text)
    return context.step(Method.FILL, target, [text])


def set_step(context: Context, target: Target, text: str) -> Step:
    """Give a control a value that is not simply typed; on and off are states of a checkbox."""
    checkable = target.kind in {Kind.CHECKBOX, Kind.SWITCH, Kind.RADIO}
    stated = target.kind is Kind.ELEMENT and text in {"on", "off", "checked", "unchecked"}
    if (checkable or stated) and text.lower() in ON | OFF:
        return context.step(Method.CHECK if text.lower() in ON else Method.UNCHECK, target)
    return context.step(Method.SET, target, [canonical(text)])


def canonical(text: str) -> str:
    """A date as `YYYY-MM-DD`, a time as `HH:MM`, anything else as it is."""
    return read_date(text) or read_time(text) or text
