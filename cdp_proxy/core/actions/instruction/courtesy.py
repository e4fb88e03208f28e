"""Where the verb of a clause is: after what is polite, numbered or merely connects."""

from __future__ import annotations

from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.instruction.verbs import (
    FILLERS,
    HARD_CONNECTORS,
    POLITE_ENDINGS,
    VERBS,
    WITHOUT_OBJECT,
    Verb,
)

MAX_FILLERS = 24
"""Words of courtesy that are skipped at a time."""


def verb_at(words: Words, at: int) -> tuple[int, Verb] | None:
    """The verb at a place with as many words as it has, if what it needs follows."""
    found = VERBS.at(words, at)
    if found is None:
        return None
    after = at + found[0]
    if found[1] in WITHOUT_OBJECT:
        return found
    if after >= len(words) or _ends(words, after):
        return None
    return found


def _ends(words: Words, at: int) -> bool:
    """Whether nothing but a connector or a courtesy comes at a place."""
    if words[at].quoted:
        return False
    if words[at].punctuation and words.key(at) != ":":
        return True
    if HARD_CONNECTORS.at(words, at) or words.key(at) == "and":
        return True
    polite = POLITE_ENDINGS.at(words, at)
    return polite is not None and at + polite[0] >= len(words)


def skip_fillers(words: Words, at: int) -> int:
    """The first place that is neither punctuation, a bullet, a number of a list, nor a courtesy."""
    end = min(len(words), at + MAX_FILLERS)
    while at < end:
        token = words[at]
        filler = FILLERS.at(words, at)
        if token.punctuation or _is_bullet(words, at):
            at += 1
        elif filler is not None and not (filler[0] == 1 and verb_at(words, at)):
            at += filler[0]
        else:
            break
    return at


def _is_bullet(words: Words, at: int) -> bool:
    text = words[at].text
    if words[at].quoted:
        return False
    number = text.rstrip(".):")
    listed = text != number or words.key(at + 1) in {".", ":"}
    bullet = text in {"-", "*", "•", "–"}  # noqa: RUF001
    return bullet or (listed and number.isascii() and number.isdigit())


def without_courtesy(words: Words) -> Words:
    """Without punctuation and politeness at the end."""
    words = words.stripped()
    while len(words) > 1:
        ending = POLITE_ENDINGS.before(words, len(words))
        if ending is None or ending[0] >= len(words) or _in_quotes(words, ending[0]):
            break
        words = words[: len(words) - ending[0]].stripped()
    return words


def _in_quotes(words: Words, length: int) -> bool:
    return any(token.quoted or token.text[:1].isupper() for token in words[len(words) - length :])
