"""Clauses about what is in view: scroll, find, wait."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import number_of
from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set
from cdp_proxy.core.actions.instruction.targets import is_page
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Method, Step

DIRECTIONS = Phrases(
    {
        "down|downwards|downward": "down",
        "up|upwards|upward": "up",
        "left|leftwards|to the left": "left",
        "right|rightwards|to the right": "right",
        "to the bottom|to the end|to bottom|all the way down|down to the bottom|to the very bottom"
        "|all the way to the bottom|down to the end|to the foot": "bottom",
        "to the top|to top|all the way up|up to the top|to the very top|to the start|back to top"
        "|all the way to the top|to the beginning|back to the top|up to the start": "top",
    }
)
AMOUNTS = phrase_set(
    "a bit|a little|a little bit|some more|further|more|once|a page|one page|a screen|one screen"
    "|by one page|by a page|by one screen|slightly|by one"
)
"""How far: the performer's one step of scrolling is as good."""
VISIBLE = phrase_set(
    f"{prefix}{state}"
    for prefix in (
        "", "to ", "is ", "are ", "to be ", "be ", "becomes ", "become ", "has ", "have ",
    )
    for state in (
        "visible", "in view", "shown", "displayed", "appear", "appears", "appeared", "show up",
        "shows up", "shows", "show", "present", "there", "available", "loaded", "load", "loads",
        "into view", "on screen", "ready", "come into view", "comes into view", "open", "opens",
        "on the page", "exist", "exists", "come up", "comes up", "pop up", "pops up", "found",
    )
)  # fmt: skip
GONE = phrase_set(
    f"{prefix}{state}"
    for prefix in ("", "to ", "is ", "are ", "to be ", "be ", "has ", "have ")
    for state in (
        "gone", "disappear", "disappears", "disappeared", "vanish", "vanishes", "vanished",
        "hidden", "invisible", "not visible", "no longer visible", "go away", "goes away", "closed",
        "removed", "hide", "hides", "not visible anymore", "not visible any more", "close",
        "closes", "no longer there", "no longer shown", "no longer displayed", "finish", "finishes",
    )
)  # fmt: skip


UNITS: Mapping[str, float] = {
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1),
    **dict.fromkeys(("millisecond", "milliseconds", "ms"), 0.001),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60),
}
"""Seconds that each unit of time has."""
_AMOUNT = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
UNTIL = frozenset(["until", "till"])


def scroll(context: Context) -> list[Step]:
    """*Scroll down*, *scroll the list to the bottom*, *scroll until "Imprint" is visible*."""
    words = context.words.stripped()
    for at, token in enumerate(words):
        if token.key in UNTIL:
            return [context.step(Method.SCROLL_TO, context.target(_shown(words[at + 1 :])))]
    for at in range(len(words)):
        found = DIRECTIONS.at(words, at)
        if found is not None and (_ends_there(words, at + found[0])):
            return _scrolled(context, words, at, at + found[0], found[1])
    words = _shown(words)
    while len(words) > 1 and words.key(0) in {"down", "up", "to", "over", "back", "until"}:
        words = words[1:]
    return [context.step(Method.SCROLL_TO, context.target(words))]


def _ends_there(words: Words, at: int) -> bool:
    """Whether a direction is all that is said of where to scroll to."""
    rest = words[at:]
    if not len(rest) or rest in AMOUNTS or is_page(rest):
        return True
    return rest.key(0) in {"of", "in", "on", "within", "inside"} or (
        rest[0].key in {"the", "this"} and is_page(rest)
    )


def _scrolled(context: Context, words: Words, start: int, end: int, direction: str) -> list[Step]:
    area = words[:start]
    if not len(area):
        rest = words[end:]
        area = rest[1:] if rest.key(0) in {"of", "in", "on", "within", "inside"} else rest[:0]
    if is_page(area):
        setting = context.setting()
        area_target = setting[1] if setting is not None else None
    else:
        area_target = context.target(area)
    return [context.step(Method.SCROLL, area_target, [direction])]


def _shown(words: Words) -> Words:
    """The words without *is visible* and *into view*, *you see* and *you find*."""
    state = VISIBLE.before(words, len(words))
    if state is not None and state[0] < len(words):
        words = words[: len(words) - state[0]]
    for phrase in (("you", "see"), ("you", "find"), ("you", "reach"), ("you", "can", "see")):
        if tuple(words.key(at) for at in range(len(phrase))) == phrase:
            words = words[len(phrase) :]
    return words


def find(context: Context) -> list[Step]:
    """*Find "Imprint"*, *bring X into view*: it is brought into view."""
    return [context.step(Method.SCROLL_TO, context.target(_shown(context.words.stripped())))]


def wait(context: Context) -> list[Step]:
    """*Wait for "Done" to appear*, *wait until the spinner is gone*, *wait 2 seconds*."""
    words = context.words.stripped()
    while len(words) > 1 and words.key(0) in {"for", "until", "till", "that"}:
        words = words[1:]
    seconds = _seconds(words)
    if seconds is not None:
        return [context.step(Method.WAIT, None, [seconds])]
    method = Method.WAIT_FOR
    for states, outcome in ((GONE, Method.WAIT_GONE), (VISIBLE, Method.WAIT_FOR)):
        state = states.before(words, len(words))
        if state is not None and state[0] < len(words):
            words, method = words[: len(words) - state[0]], outcome
            break
    if is_page(words):
        return []
    if words.key(len(words) - 1) in UNITS:
        raise not_understood(words.source, "How long to wait could not be read")
    return [context.step(method, context.target(words))]


def _seconds(words: Words) -> str | None:
    """The decimal seconds of *2 seconds*, *half a second*, *500 ms*; None when it is no time."""
    unit = UNITS.get(words.key(len(words) - 1))
    said = [token.key for token in words[: len(words) - 1]]
    if unit is None or not said or any(token.quoted for token in words):
        return None
    if said in (["half", "a"], ["half"], ["a", "half"]):
        return f"{unit / 2:g}"
    if len(said) != 1:
        return None
    if _AMOUNT.fullmatch(said[0]):
        return f"{float(said[0]) * unit:.10g}"
    number = 1 if said[0] in {"a", "an"} else number_of(said[0])
    return None if number is None else f"{number * unit:.10g}"
