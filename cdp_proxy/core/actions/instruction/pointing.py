"""Clauses that point at things: click, hover, focus, check, expand, close, drag, submit, press."""

from __future__ import annotations

from dataclasses import replace

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.keys import is_surely_key, read_chord
from cdp_proxy.core.actions.instruction.lexicon import DETERMINERS, number_of
from cdp_proxy.core.actions.instruction.lists import items
from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set
from cdp_proxy.core.actions.instruction.relations import MARKERS
from cdp_proxy.core.actions.instruction.targets import is_page
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.instruction.verbs import Verb
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target

MAX_REPEATS = 100
"""Clicks or key presses that one clause may ask for."""
METHODS = {
    Verb.CLICK: Method.CLICK,
    Verb.DOUBLE_CLICK: Method.DOUBLE_CLICK,
    Verb.RIGHT_CLICK: Method.RIGHT_CLICK,
    Verb.HOVER: Method.HOVER,
    Verb.FOCUS: Method.FOCUS,
    Verb.CHECK: Method.CHECK,
    Verb.UNCHECK: Method.UNCHECK,
    Verb.TOGGLE: Method.CLICK,
    Verb.EXPAND: Method.EXPAND,
    Verb.COLLAPSE: Method.COLLAPSE,
}
BUTTONS = Phrases(
    {
        "with the right mouse button|using the right mouse button|with the right button"
        "|with right mouse button": Method.RIGHT_CLICK,
        "with the left mouse button|using the left mouse button|with the mouse"
        "|using the mouse|with your mouse": Method.CLICK,
    }
)
ON_KEYBOARD = phrase_set(
    ["on the keyboard", "on your keyboard", "key on the keyboard", "key on your keyboard"]
)
WITHIN = frozenset(["in", "inside", "into", "on", "while", "within"])
ONTO = phrase_set(
    "to|onto|on to|on top of|into|in to|on|over|over to|and drop it on|and drop it onto"
    "|and drop it in|and drop it into|and drop on|and drop it to|and drop onto|and drop into"
    "|so that it is inside|so that it is completely inside|so it is inside|so that it is on"
    "|so that it is in|so it is in|so it is on|and drop it over|and drop to|and drop in|inside|in"
    "|towards|toward"
)
ASIDE = frozenset(
    {Relation.ABOVE, Relation.BELOW, Relation.AFTER, Relation.BEFORE}
    | {Relation.LEFT_OF, Relation.RIGHT_OF, Relation.NEAR}
)
SUBMIT_BUTTON = Target(kind=Kind.BUTTON, qualities=("submit",))
"""What sends the form that the chain worked in."""


def point(context: Context) -> list[Step]:
    """Click and its kin, once or several times, on one thing or on several."""
    words, times = _repeated(context.words)
    method = METHODS[context.clause.verb]
    if context.clause.spoken == "mark" and any(token.key == "as" for token in words):
        raise not_understood(context.clause.source)
    for at in range(1, len(words)):
        said = BUTTONS.at(words, at)
        if said is not None and at + said[0] == len(words):
            words, method = words[:at], said[1] if method is Method.CLICK else method
            break
    if not len(words) and context.previous is not None:
        return [context.step(method, context.previous)]
    found = [_boxed(target, method) for target in context.targets(words)]
    return [context.step(method, target) for _ in range(times) for target in found]


def _boxed(target: Target, method: Method) -> Target:
    """*Check the box*: a box that can be checked."""
    if method not in {Method.CHECK, Method.UNCHECK} or "box" not in target.qualities:
        return target
    qualities = tuple(quality for quality in target.qualities if quality != "box")
    return replace(target, kind=Kind.CHECKBOX, qualities=qualities)


def _repeated(words: Words) -> tuple[Words, int]:
    """The words without *twice* or *3 times*, and how often that is."""
    words = words.stripped()
    last = len(words) - 1
    if last > 0 and words.key(last) in {"once", "twice", "thrice"}:
        return words[:last], number_of(words.key(last)) or 1
    if last > 0 and words.key(last) in {"times", "time"}:
        times = number_of(words.key(last - 1))
        if times is not None and times <= MAX_REPEATS:
            return words[: last - 1], times
        raise not_understood(words.source, f"At most {MAX_REPEATS} times")
    return words, 1


def press(context: Context) -> list[Step]:
    """A key, if the words are those of one; otherwise the press of a button."""
    words, times = _repeated(context.words)
    phrase, place = words, None
    for at in range(1, len(words)):
        if words.key(at) in WITHIN and ON_KEYBOARD.at(words, at) is None:
            phrase, place = words[:at], words[at + 1 :]
            break
    chords = _chords(phrase)
    if chords is None:
        return point(replace(context, clause=replace(context.clause, verb=Verb.CLICK)))
    target = context.target(place, Kind.FIELD) if place is not None and not is_page(place) else None
    return [context.step(Method.PRESS, target, [key]) for _ in range(times) for key in chords]


def _chords(words: Words) -> list[str] | None:
    """The keys that the words say, in their order; None when they say a button."""
    keyboard = ON_KEYBOARD.before(words, len(words))
    if keyboard is not None:
        words = words[: len(words) - keyboard[0]]
    found: list[str] = []
    for part in items(words, bare_and=True):
        chord = _chord(part, surely=keyboard is not None)
        if chord is None:
            return None
        found.append(chord)
    return found


def _chord(words: Words, surely: bool) -> str | None:
    if words.key(0) in DETERMINERS and len(words) > 1:
        words = words[1:]
    if len(words) and words.key(len(words) - 1) in {"key", "keys"}:
        surely, words = True, words[: len(words) - 1]
    if words.key(0) in {"key", "keys"}:
        surely, words = True, words[1:]
    chord = read_chord(words.value)
    if chord is None and surely:
        raise not_understood(words.source, "There is no such key")
    plainly = surely or not words.quoted or (chord is not None and is_surely_key(chord))
    return chord if plainly else None


def turn(context: Context) -> list[Step]:
    """*Turn on X*, *turn X off*, *enable X*."""
    words = context.words
    on = context.clause.spoken.split()[-1] in {"on", "enable"}
    if context.clause.spoken in {"turn", "switch", "toggle"}:
        word = next((word for word in (words.key(len(words) - 1), words.key(0)) if word in ON), "")
        if not word:
            raise not_understood(context.clause.source, "On or off is missing")
        on = word == "on"
        words = words[:-1] if words.key(len(words) - 1) == word else words[1:]
    method = Method.CHECK if on else Method.UNCHECK
    return [context.step(method, target) for target in context.targets(words)]


ON = frozenset(["on", "off"])


def submit(context: Context) -> list[Step]:
    """Click the button that sends the form."""
    words = context.words
    if not len(words) or words.key(len(words) - 1) in {"form", "it", "changes", "answer"}:
        form = context.target(words) if len(words) and words.key(len(words) - 1) == "form" else None
        named = form is not None and (form.text or form.relation or form.ordinal)
        relation = Relation.WITHIN if named else None
        anchor = form if named else None
        return [
            context.step(Method.CLICK, replace(SUBMIT_BUTTON, relation=relation, anchor=anchor))
        ]
    return [context.step(Method.CLICK, SUBMIT_BUTTON)]


def drag(context: Context) -> list[Step]:
    """*Drag A onto B*; *drag A above B* ends beside B: an unnamed destination with a relation."""
    starts = [0, *(at + 1 for at, token in enumerate(context.words) if token.key == ",")]
    ends = [*(start - 1 for start in starts[1:]), len(context.words)]
    parts = [context.words[start:end] for start, end in zip(starts, ends, strict=True)]
    if len(parts) > MAX_REPEATS:
        raise not_understood(context.clause.source, f"More than {MAX_REPEATS} things to drag")
    return [step for part in parts for step in _drag(context, part.stripped())]


def _drag(context: Context, words: Words) -> list[Step]:
    if words.key(0) == "and":
        words = words[1:]
    found = _destination(words)
    if found is None:
        raise not_understood(context.clause.source, "Where to drag it is missing")
    at, length, relation = found
    target, onto = context.target(words[:at]), words[at + length :]
    if target.kind in {Kind.SLIDER, Kind.SPINNER} and onto.value.strip("%").isdigit():
        return [context.step(Method.SET, target, [onto.value])]
    destination = context.target(onto)
    if relation is not None:
        destination = Target(relation=relation, anchor=destination)
    return [context.step(Method.DRAG, target, (), destination)]


def _destination(words: Words) -> tuple[int, int, Relation | None] | None:
    """Where the words of the destination are announced, how long that is, and which side of it."""
    weaker: list[tuple[int, int, Relation | None]] = []
    for at in range(1, len(words) - 1):
        onto, marker = ONTO.at(words, at), MARKERS.at(words, at)
        beside = marker is not None and marker[1].strong and marker[1].relation in ASIDE
        if marker is not None and beside and marker[0] > (onto[0] if onto else 0):
            place = (at, marker[0], marker[1].relation)
            if words.key(at) == "to":
                return place
            weaker.append(place)
        elif onto is not None and words.key(at) in {"in", "on"}:
            weaker.append((at, onto[0], None))
        elif onto is not None:
            return at, onto[0], None
    return weaker[0] if weaker else None
