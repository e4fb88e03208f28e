"""Clauses that end what is in the way: close, dismiss, accept, answer."""

from __future__ import annotations

from dataclasses import replace

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.phrases import phrase_set, word_set
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

SCRIPTED = phrase_set(
    f"{prefix}{noun}{suffix}"
    for prefix in ("", "javascript ", "js ", "browser ", "native ", "system ")
    for noun in ("alert", "confirm", "confirmation", "prompt", "beforeunload")
    for suffix in ("", " dialog", " box", " popup", " message", " window")
)
"""What JavaScript's own dialogs are called."""
PLAIN = phrase_set(["dialog", "popup", "pop-up", "dialog box", "message", "javascript dialog"])
"""What they may be called too, when one is *accepted* rather than *closed*."""
CROSSES = word_set("x × ✕ ✖ ╳ ⨯ close")  # noqa: RUF001
"""What the control that closes something shows."""


def close(context: Context) -> list[Step]:
    """*Close the dialog*; a section is collapsed, and *by clicking "x"* says nothing more."""
    target = _dialog_named(context, context.words)
    if target.kind is Kind.SECTION:
        return [context.step(Method.COLLAPSE, target)]
    return [context.step(Method.CLOSE, target)]


def dismiss(context: Context) -> list[Step]:
    """*Dismiss the alert*; all else that is dismissed is closed, and *Cancel order* is a button."""
    words = _undetermined(context.words)
    plain = words in PLAIN and context.clause.spoken == "cancel"
    if words in SCRIPTED or plain:
        return [context.step(Method.DISMISS_DIALOG)]
    if context.clause.spoken in {"dismiss", "get rid of"}:
        return close(context)
    target = context.target(context.words)
    if target.kind is Kind.DIALOG:
        return [context.step(Method.CLOSE, _dialog_named(context, context.words))]
    return [_named_after_the_clause(context)]


def accept(context: Context) -> list[Step]:
    """*Accept the alert*, *answer the prompt with "x"*; *accept all cookies* is a button."""
    words = context.words
    text: Words | None = None
    for at in range(1, len(words) - 1):
        if words.key(at) in {"with", "by"}:
            words, text = words[:at], words[at + 1 :]
            break
    dialog = _undetermined(words)
    if dialog in SCRIPTED or dialog in PLAIN:
        return [context.step(Method.ACCEPT_DIALOG, None, [text.value] if text is not None else ())]
    if text is not None or context.clause.spoken in {"answer", "respond to"}:
        raise not_understood(context.clause.source)
    return [_named_after_the_clause(context)]


def _named_after_the_clause(context: Context) -> Step:
    """A click on what is called as the clause reads: *Accept all cookies*."""
    words = context.words.stripped()
    if words.quoted:
        return context.step(Method.CLICK, Target(text=words.value, quoted=True))
    text = f"{context.clause.spoken} {_undetermined(words).source}"
    return context.step(Method.CLICK, Target(text=text.strip(), kind=Kind.BUTTON))


def _dialog_named(context: Context, words: Words) -> Target:
    """*The cookie banner*: what kind of dialog it is, is a word of it rather than its name."""
    target = context.target(words)
    if target.kind is not Kind.DIALOG or target.quoted or not target.text.islower():
        return target
    said = tuple(dict.fromkeys((*target.qualities, *target.text.split())))
    return replace(target, text="", qualities=said)


def _undetermined(words: Words) -> Words:
    words = words.stripped()
    return words[1:] if words.key(0) in {"the", "this", "that", "a", "an", "any"} else words
