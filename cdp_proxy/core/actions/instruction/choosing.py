"""Clauses that choose: select options, check a checkbox, set a value, follow a menu path."""

from __future__ import annotations

from dataclasses import replace

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.dates import read_date, read_time
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lexicon import COLOURS, DETERMINERS, EVERY, KINDS
from cdp_proxy.core.actions.instruction.lists import MAX_ITEMS, items, pairs
from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.instruction.values import canonical, set_step, value_step
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target

ANY_LIST = Target(kind=Kind.ELEMENT)
"""No list is named: whatever has these options, be they of a list, radio buttons or checkboxes."""
NOTHING = phrase_set(["nothing", "none", "no option", "no options", "none of them", "no items"])
ALL_TEXT = phrase_set(["all", "all text", "all the text", "everything", "all of the text"])
SHADES = phrase_set(
    f"{every}{the}{shade} of"
    for every in ("all ", "every ", "all of ", "each ")
    for the in ("", "the ")
    for shade in ("shades", "shade", "tones", "hues")
)
TEMPORAL = Phrases(
    {
        f"{determiner}{noun}": noun
        for determiner in ("", "the ", "a ")
        for noun in ("date", "time", "day")
    }
)
FROM = phrase_set(
    "from|in|for|as|with|using|out of|on|under|of|within|inside|from within|by using|to be"
)
"""What comes between options and their list."""
SURELY_FROM = frozenset(["from", "using", "with"])
CHECKED = frozenset({Kind.CHECKBOX, Kind.RADIO, Kind.SWITCH})
POINTED = frozenset(
    {
        Kind.BUTTON,
        Kind.LINK,
        Kind.TAB,
        Kind.MENU,
        Kind.MENU_ITEM,
        Kind.ROW,
        Kind.CELL,
        Kind.ITEM,
        Kind.IMAGE,
        Kind.ICON,
        Kind.SHAPE,
        Kind.SECTION,
        Kind.HEADING,
        Kind.LIST,
        Kind.TABLE,
        Kind.FIELD,
    }
)
"""Kinds that are selected by a click."""
INSTRUMENTS = frozenset({Kind.SLIDER, Kind.SPINNER, Kind.DATE})


def select(context: Context) -> list[Step]:
    """*Select "Blue" from Color*, *choose A, B and C*, *choose 3 March 2027*."""
    words = context.words.stripped()
    if words in NOTHING:
        return []
    if words in ALL_TEXT:
        return [context.step(Method.PRESS, None, ["Control+A"])]
    return _chosen(context, words)


def _chosen(context: Context, words: Words) -> list[Step]:
    """What is neither nothing nor everything."""
    shades = SHADES.at(words, 0)
    if shades is not None and len(words) == shades[0] + 1 and words.key(shades[0]) in COLOURS:
        target = Target(every=True, qualities=(words.key(shades[0]),))
        return [context.step(Method.CLICK, target)]
    if any(token.key == ">" for token in words):
        return _path(context, words)
    temporal = _temporal(context, words)
    if temporal is not None:
        return [temporal]
    options, place = _divided(words)
    return _from_list(context, words, options, place) if place else _unplaced(context, words)


def assign(context: Context) -> list[Step]:
    """*Set the quantity to 3*, *change "Country" to "France"*, *set A = 1 and B = 2*."""
    words = context.words.stripped()
    found = pairs(words)
    if not found:
        raise not_understood(context.clause.source, "The value to set is missing")
    return [_assigned(context, context.target(pair.name), pair.value.value) for pair in found]


def _assigned(context: Context, target: Target, text: str) -> Step:
    if target.kind in {Kind.FIELD, Kind.LIST, Kind.FILE}:
        return value_step(context, target, text)
    return set_step(context, target, text)


def _path(context: Context, words: Words) -> list[Step]:
    """*Juan > Carlos > Ann*: each is opened, from the outermost, and the last one clicked."""
    names: list[Words] = []
    start = 0
    for at in range(len(words) + 1):
        if at == len(words) or words.key(at) == ">":
            names.append(words[start:at].stripped())
            start = at + 1
    if not all(map(len, names)):
        raise not_understood(words.source, "A part of the menu path is missing")
    last, place = _divided(names[-1])
    menu = context.target(place) if place is not None else None
    relation = Relation.WITHIN if menu is not None else None
    names[-1] = last
    return [
        context.step(
            Method.CLICK if name is last else Method.EXPAND,
            Target(
                text=name.value,
                quoted=name.quoted,
                kind=Kind.MENU_ITEM,
                relation=relation,
                anchor=menu,
            ),
        )
        for name in names[:MAX_ITEMS]
    ]


def _temporal(context: Context, words: Words) -> Step | None:
    """*The date 2026-03-01*, *12/06/2016 as the date*, *3 March 2027*, *10:30 in "Start"*."""
    said = TEMPORAL.at(words, 0)
    rest = words[said[0] :] if said is not None and said[0] < len(words) else words
    for end in range(min(len(rest), 6), 0, -1):
        value = canonical(rest[:end].value)
        if value == rest[:end].value and read_date(value) is None and read_time(value) is None:
            continue
        if end < len(rest) and FROM.at(rest, end) is None:
            continue
        place = rest[end + 1 :]
        kind = Kind.DATE if read_date(value) is not None else Kind.FIELD
        default = (
            Target(kind=kind)
            if kind is Kind.DATE
            else Target(kind=kind, text="time", qualities=("time",))
        )
        target = context.target(place, kind) if len(place) else default
        return context.step(Method.SET, context.instrument() or target, [value])
    return None


def _divided(words: Words) -> tuple[Words, Words | None]:
    """The options, and the list after *from*."""
    weaker: tuple[Words, Words] | None = None
    for at in range(1, len(words)):
        found = FROM.at(words, at)
        if found is None or at + found[0] >= len(words):
            continue
        rest = words[at + found[0] :]
        if words.key(at) in SURELY_FROM:
            return words[:at], rest
        if words[at - 1].literal or rest.key(0) in DETERMINERS or rest[0].literal:
            weaker = words[:at], rest
    return weaker if weaker is not None else (words, None)


def _unplaced(context: Context, words: Words) -> list[Step]:
    """Options of a list that is not named, or things that are selected by pointing at them."""
    targets = context.targets(words)
    direct = [_direct(context, target) for target in targets]
    steps = [step for step in direct if step is not None]
    if len(steps) == len(targets):
        return steps
    instrument = context.instrument()
    if instrument is not None and instrument.kind in INSTRUMENTS:
        return [set_step(context, instrument, words.value)]
    return [context.step(Method.SELECT, instrument or ANY_LIST, _options(words))]


def _direct(context: Context, target: Target) -> Step | None:
    """The step for what is said to be no option of a list: a checkbox, a link, *the red one*."""
    if target.kind in CHECKED:
        return context.step(Method.CHECK, target)
    if target.kind in POINTED | {Kind.DATE}:
        return context.step(Method.CLICK, target)
    if target.kind is Kind.OPTION:
        placed = target.ordinal is not None or target.every or not target.text
        return context.step(Method.CLICK, target) if placed else None
    described = target.qualities or target.ordinal is not None or target.every
    plainly = described and not target.text
    return context.step(Method.CLICK, target) if plainly or target is context.previous else None


def _from_list(context: Context, words: Words, options: Words, place: Words) -> list[Step]:
    """Options of a list that is named; the list may also be a slider or a date field."""
    holder = context.target(place)
    if holder.kind is Kind.OPTION or holder.kind in CHECKED:
        return [context.step(Method.CHECK, holder)]
    if holder.kind in INSTRUMENTS or "color" in holder.qualities:
        return [set_step(context, holder, options.value)]
    described = context.target(options)
    if described.kind in CHECKED | POINTED:
        method = Method.CHECK if described.kind in CHECKED else Method.CLICK
        return [context.step(method, target) for target in context.targets(words)]
    if described.ordinal is not None or described.every:
        option = replace(
            described, kind=Kind.OPTION, relation=Relation.WITHIN, anchor=_as_list(holder)
        )
        return [context.step(Method.CLICK, option)]
    return [context.step(Method.SELECT, _as_list(holder), _options(options))]


def _as_list(holder: Target) -> Target:
    """What options are chosen from is a list, if nothing else is said."""
    if holder.kind is not Kind.ELEMENT:
        return holder
    return replace(holder, kind=Kind.LIST, every=False)


def _options(words: Words) -> list[str]:
    """The options by name: *"A" and "B"*, *A, B and C*, *the option "A"*."""
    quantity = EVERY.at(words, 0)
    both = quantity is not None and quantity[0] < len(words)
    if both and quantity is not None:
        words = words[quantity[0] :]
    return [_option(part) for part in items(words, bare_and=both)]


def _option(words: Words) -> str:
    """The name of one option, without *the* and *option*."""
    literals = [token for token in words if token.literal]
    if len(literals) == 1:
        return literals[0].text
    if (
        words.key(0) in {"the", "an", "a", "option", "options"}
        and len(words) > 1
        and words[0].text.islower()
    ):
        return _option(words[1:])
    noun = KINDS.before(words, len(words))
    if noun is not None and noun[1][0] is Kind.OPTION and noun[0] < len(words):
        words = words[: len(words) - noun[0]]
    return words.value
