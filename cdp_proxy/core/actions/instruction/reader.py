"""From an instruction to its steps: each clause to the reader of its verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cdp_proxy.core.actions.instruction import (
    choosing,
    dialogs,
    leading,
    moving,
    pointing,
    signing_in,
    writing,
)
from cdp_proxy.core.actions.instruction.clauses import Clause, divide
from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.courtesy import verb_at
from cdp_proxy.core.actions.instruction.deeds import read_deed
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.likeness import read_likeness
from cdp_proxy.core.actions.instruction.tokens import Words, tokenize
from cdp_proxy.core.actions.instruction.verbs import GERUNDS, Verb
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target
from shared.errors import InstructionNotUnderstood

MAX_CHARACTERS = 20_000
"""Nobody says more at once; what is typed counts too."""
MAX_STEPS = 200
"""Clicks, keys and texts of one instruction; longer chains are several requests."""

Reader = Callable[[Context], list[Step]]


def _do(context: Context) -> list[Step]:
    deed = read_deed(context.clause.source)
    return [] if deed is None else [deed]


READERS: Mapping[Verb, Reader] = {
    Verb.DO: _do,
    Verb.CLICK: pointing.point,
    Verb.DOUBLE_CLICK: pointing.point,
    Verb.RIGHT_CLICK: pointing.point,
    Verb.HOVER: pointing.point,
    Verb.FOCUS: pointing.point,
    Verb.CHECK: pointing.point,
    Verb.UNCHECK: pointing.point,
    Verb.TOGGLE: pointing.point,
    Verb.EXPAND: pointing.point,
    Verb.COLLAPSE: pointing.point,
    Verb.PRESS: pointing.press,
    Verb.TURN: pointing.turn,
    Verb.SUBMIT: pointing.submit,
    Verb.DRAG: pointing.drag,
    Verb.WRITE: writing.write,
    Verb.APPEND: writing.append,
    Verb.FILL: writing.fill,
    Verb.CLEAR: writing.clear,
    Verb.SET: choosing.assign,
    Verb.SELECT: choosing.select,
    Verb.SCROLL: moving.scroll,
    Verb.FIND: moving.find,
    Verb.WAIT: moving.wait,
    Verb.GO: leading.go,
    Verb.OPEN: leading.open_,
    Verb.BACK: leading.back,
    Verb.FORWARD: leading.forward,
    Verb.RELOAD: leading.reload,
    Verb.SWITCH: leading.switch,
    Verb.UPLOAD: leading.upload,
    Verb.CLOSE: dialogs.close,
    Verb.DISMISS: dialogs.dismiss,
    Verb.ACCEPT: dialogs.accept,
    Verb.SEARCH: signing_in.search,
    Verb.LOG_IN: signing_in.log_in,
}
REVEALING = frozenset(
    {Verb.EXPAND, Verb.SWITCH, Verb.BROWSE, Verb.SCROLL, Verb.OPEN, Verb.GO, Verb.FIND}
)
"""Ways to a target that is not in view yet; performing finds them by itself."""


def parse(instruction: str) -> tuple[Step, ...]:
    """Read what an instruction asks for, in its order; see the package for what is understood.

    Args:
        instruction: Imperative English; `%name%` is kept as it is.

    Returns:
        At least one step.

    Raises:
        InstructionNotUnderstood: a part says no action; `details["words"]` is that part.
    """
    if len(instruction) > MAX_CHARACTERS:
        raise not_understood(instruction, f"More than {MAX_CHARACTERS} characters")
    steps: list[Step] = []
    clauses = divide(tokenize(instruction))
    for at, clause in enumerate(clauses):
        after = clauses[at + 1] if at + 1 < len(clauses) else None
        steps += _read(clause, after, steps)
        if _found_only(clause, steps):
            found = steps.pop(-2)
            steps[-1] = replace(steps[-1], source=f"{found.source}; {steps[-1].source}")
        if len(steps) > MAX_STEPS:
            raise not_understood(clause.source, f"More than {MAX_STEPS} steps at once")
    if not steps:
        raise not_understood(instruction, "There is nothing to do in it")
    return tuple(steps)


def _read(clause: Clause, after: Clause | None, before: list[Step]) -> list[Step]:
    """The steps of one clause; none if it is only a way to the target of the next."""
    context = Context(clause, _last_target(before))
    if clause.verb is Verb.BROWSE:
        if after is None:
            raise not_understood(clause.source)
        return []
    if clause.verb is Verb.USE:
        return _used(context)
    if clause.means is not None:
        return _by_means(context, clause.means)
    try:
        steps = READERS[clause.verb](context)
    except InstructionNotUnderstood:
        deed = read_deed(clause.source)
        steps = read_likeness(clause.source) or ([deed] if deed is not None else [])
        if not steps:
            raise
    return [] if after is not None and _only_leads_to(clause, steps, after) else steps


def _last_target(steps: list[Step]) -> Target | None:
    return next((step.target for step in reversed(steps) if step.target is not None), None)


def _only_leads_to(clause: Clause, steps: list[Step], after: Clause) -> bool:
    """Whether a clause names nothing of its own: *expand the sections to find …*."""
    if not after.searching or clause.verb not in REVEALING:
        return False
    return all(step.target is None or not step.target.text for step in steps)


def _used(context: Context) -> list[Step]:
    """*Use the slider to select 5*: the second verb, in the setting of the first."""
    words = context.words
    for at in range(1, len(words) - 1):
        verb = verb_at(words, at + 1) if words.key(at) in {"to", "and"} else None
        if verb is not None and verb[1] in READERS:
            spoken = " ".join(token.key for token in words[at + 1 : at + 1 + verb[0]])
            clause = replace(
                context.clause,
                verb=verb[1],
                spoken=spoken,
                words=words[at + 1 + verb[0] :],
                setting=words[:at],
            )
            return READERS[verb[1]](replace(context, clause=clause))
    raise not_understood(context.clause.source)


def _by_means(context: Context, means: Words) -> list[Step]:
    """*Close the dialog by clicking "OK"*: the click, in the dialog; an "x" says no more."""
    found = GERUNDS.at(means, 0)
    if found is None or found[1] not in READERS or found[0] >= len(means):
        raise not_understood(means.source)
    clause = replace(
        context.clause, verb=found[1], spoken=found[1].value, words=means[found[0] :], means=None
    )
    steps = READERS[found[1]](replace(context, clause=clause))
    goals = _goal(context)
    if len(goals) != 1 or goals[0].target is None:
        return steps
    goal = goals[0]
    crossed = all(
        step.method is Method.CLICK and step.target and step.target.text.lower() in dialogs.CROSSES
        for step in steps
    )
    if goal.method is Method.CLOSE and crossed:
        return [goal]
    return [_within(step, goal.target) for step in steps]


def _goal(context: Context) -> list[Step]:
    """The steps of what comes before *by*; none when it cannot be read, as it need not be."""
    if context.clause.verb is not Verb.CLOSE:
        return []
    return dialogs.close(context)


def _within(step: Step, place: Target | None) -> Step:
    target = step.target
    if (
        target is None
        or target.relation is not None
        or place is None
        or place.kind is not Kind.DIALOG
    ):
        return step
    return replace(step, target=replace(target, relation=Relation.WITHIN, anchor=place))


def _found_only(clause: Clause, steps: list[Step]) -> bool:
    """Whether the last two steps are *find X* and something done to that very X."""
    if len(steps) < len(("find", "use")) or clause.verb is Verb.FIND:
        return False
    found, used = steps[-2:]
    return (
        found.method is Method.SCROLL_TO
        and used.target is not None
        and (found.target is used.target)
    )
