"""Clauses that stand for several actions of a usual kind: log in, search."""

from __future__ import annotations

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lists import pair_of, spans
from cdp_proxy.core.actions.instruction.targets import is_page
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

CREDENTIALS_AFTER = frozenset(["with", "using", "as"])
SEARCH_FIELD = Target(text="search", kind=Kind.FIELD, qualities=("search",))
SEARCH_BUTTON = Target(text="search", kind=Kind.BUTTON)
USER_FIELD = Target(text="username", kind=Kind.FIELD)
PASSWORD_FIELD = Target(text="password", kind=Kind.FIELD, qualities=("password",))


def log_in(context: Context) -> list[Step]:
    """*Log in with user name "a" and password "b"*: both fields, and the button; alone, a click."""
    words = context.words.stripped()
    said = context.clause.spoken.replace("-", " ").removesuffix(" to")
    text = {"log into": "log in", "sign into": "sign in"}.get(said, said)
    button = Target(text=text, kind=Kind.BUTTON, qualities=("submit",))
    start = next((at for at, token in enumerate(words) if token.key in CREDENTIALS_AFTER), None)
    if start is None:
        if len(words):
            raise not_understood(context.clause.source, "The user name and password are missing")
        return [context.step(Method.CLICK, Target(text=text))]
    user = words.key(start) == "as"
    steps = _credentials(context, words[start + 1 :], user)
    return [*steps, context.step(Method.CLICK, button)]


def _credentials(context: Context, words: Words, user: bool) -> list[Step]:
    """The fields that the words name with their values; *as Bob* is the user."""
    steps: list[Step] = []
    for start, end in spans(words):
        piece = words[start:end]
        inner = next(
            (at for at, token in enumerate(piece) if at and token.key in CREDENTIALS_AFTER), None
        )
        parts = [piece[:inner], piece[inner + 1 :]] if user and inner is not None else [piece]
        for part in parts:
            steps.append(_credential(context, part, user and not steps, len(steps)))
    return steps


def _credential(context: Context, words: Words, user: bool, place: int) -> Step:
    pair = None if user and len(words) == 1 else pair_of(words)
    if pair is not None:
        target = context.target(pair.name, Kind.FIELD)
        return context.step(Method.FILL, target, [pair.value.value])
    if len(words) != 1:
        raise not_understood(words.source, "This is no user name or password")
    target = PASSWORD_FIELD if place else USER_FIELD
    return context.step(Method.FILL, target, [words.value])


def search(context: Context) -> list[Step]:
    """*Search for "x"*: into the search field, and Enter; alone, the search button."""
    words = context.words.stripped()
    if words.key(0) == "for":
        words = words[1:]
    if not len(words):
        return [context.step(Method.CLICK, SEARCH_BUTTON)]
    field = context.instrument() or SEARCH_FIELD
    for at in range(1, len(words) - 1):
        if words.key(at) in {"in", "on", "with", "using", "into"} and words[at - 1].literal:
            if not is_page(words[at + 1 :]):
                field = context.target(words[at + 1 :], Kind.FIELD)
            words = words[:at]
            break
    return [
        context.step(Method.FILL, field, [words.value]),
        context.step(Method.PRESS, field, ["Enter"]),
    ]
