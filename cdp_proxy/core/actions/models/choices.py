"""Turns a model's answer into methods on elements, and refuses what it may not do."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from cdp_proxy.core.actions.elements import Element, Snapshot
from cdp_proxy.core.actions.models.signatures import complaint_about
from cdp_proxy.core.actions.steps import Method
from shared.errors import ModelFailed

_VARIABLE = re.compile(r"%([A-Za-z_]\w{0,63})%", re.ASCII)
_WORDS_MAX = 200
_TAKE_VARIABLES = frozenset({Method.FILL, Method.TYPE, Method.SELECT, Method.SET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to do, chosen by a model and allowed."""

    method: Method
    element: Element | None
    """None for what concerns the page, or what has the focus."""
    arguments: tuple[str, ...]
    """With `%name%` where a variable's value goes."""
    destination: Element | None
    """Where `drag` ends."""
    description: str
    """The model's words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a model wants done on the page it saw."""

    choices: tuple[Choice, ...]
    """In order; none when nothing on the page is what was asked for."""
    more: bool
    """Whether the request needs further steps on the page as it will be then."""
    reason: str
    """The model's words for why these, or why none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a model may choose from."""

    instruction: str
    """The user's words. Only what they name may be navigated to, and of variables only those."""
    methods: Collection[Method]
    refs: Collection[int] | None = None
    """Elements that are offered; None for all of the snapshot."""
    choices_max: int = 20


def read_plan(answer: object, snapshot: Snapshot, bounds: Bounds) -> Plan:
    """Understand an answer of the shape `schemas.choices_schema`.

    Args:
        answer: checked against the schema already.
        snapshot: what the model was shown; elements are taken from it by `ref`.
        bounds: what was offered.

    Raises:
        ModelFailed: with `reason: "notAllowed"`: it names an element that is not there, a method
            that was not offered or cannot be called so, a variable or an address that the user did
            not name.
    """
    record = cast("Mapping[str, Any]", answer)
    actions = record["actions"]
    if len(actions) > bounds.choices_max:
        raise _refused(f"it wants {len(actions)} actions at once")
    return Plan(
        choices=tuple(_choice(action, snapshot, bounds) for action in actions),
        more=record["more"],
        reason=_short(record["reason"]),
    )


def _choice(action: Mapping[str, Any], snapshot: Snapshot, bounds: Bounds) -> Choice:
    method = Method(action["method"]) if action["method"] in set(Method) else None
    if method is None or method not in bounds.methods:
        raise _refused(f"the method {_short(action['method'])} was not offered")
    element = _element(action["ref"], snapshot, bounds.refs)
    destination = _element(action["destination"], snapshot, None)
    arguments = tuple(action["arguments"])
    complaint = complaint_about(method, element is not None, arguments)
    if complaint is None and (destination is not None) != (method is Method.DRAG):
        complaint = "drag, and nothing else, takes a destination"
    if complaint is not None:
        raise _refused(complaint)
    _check_variables(method, arguments, bounds.instruction)
    if method is Method.NAVIGATE:
        _check_address(arguments[0], snapshot.url, bounds.instruction)
    return Choice(
        method=method,
        element=element,
        arguments=arguments,
        destination=destination,
        description=_short(action["description"]),
    )


def _element(
    ref: int | None, snapshot: Snapshot, offered: Collection[int] | None
) -> Element | None:
    if ref is None:
        return None
    if not 0 <= ref < len(snapshot.elements) or (offered is not None and ref not in offered):
        raise _refused(f"there is no element {ref} among those it was shown")
    return snapshot.elements[int(ref)]


def _check_variables(method: Method, arguments: Sequence[str], instruction: str) -> None:
    named = set(_VARIABLE.findall(instruction))
    for name in (name for argument in arguments for name in _VARIABLE.findall(argument)):
        if name not in named:
            raise _refused(f"the instruction does not name the variable %{name}%")
        if method not in _TAKE_VARIABLES:
            raise _refused(f"{method.value} takes no variables")


def _check_address(url: str, current: str, instruction: str) -> None:
    """Same origin as the page, or a host that the user wrote."""
    wanted, here = urlsplit(url), urlsplit(current)
    if (wanted.scheme, wanted.netloc) == (here.scheme, here.netloc):
        return
    host = re.escape(cast("str", wanted.hostname).removeprefix("www."))
    named = rf"(?<![\w.@-])(?:www\.)?{host}(?![\w-]|\.\w)"
    if not re.search(named, instruction, re.IGNORECASE):
        raise _refused("it wants to go to a site that the instruction does not name")


def _refused(what: str) -> ModelFailed:
    return ModelFailed(
        f"The model's answer was not followed: {what}.", reason="notAllowed", what=what
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:_WORDS_MAX]
