"""Words for an element that lead back to it: *the "Edit" button in the row "Alice"*."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.resolver import kinds, traits
from cdp_proxy.core.actions.resolver.names import names_of, words_beside
from cdp_proxy.core.actions.resolver.search import AnchorNotFound, find
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target

_LONGEST_WORDS = 60
"""Characters of a name that are said of it; names are found by their beginning too."""
_MOST_ANCHORS = 6
"""How many surroundings are tried before counting."""
_KINDS = (
    Kind.FILE,
    Kind.CHECKBOX,
    Kind.RADIO,
    Kind.SWITCH,
    Kind.LIST,
    Kind.SLIDER,
    Kind.FIELD,
    Kind.OPTION,
    Kind.TAB,
    Kind.MENU_ITEM,
    Kind.BUTTON,
    Kind.LINK,
    Kind.HEADING,
    Kind.ROW,
    Kind.CELL,
    Kind.DIALOG,
    Kind.ICON,
    Kind.IMAGE,
    Kind.FRAME,
    Kind.TABLE,
    Kind.ITEM,
    Kind.SHAPE,
    Kind.FORM,
    Kind.SECTION,
)
"""From the most telling to the least: a checkbox is a field too."""
_SURROUNDINGS = (Kind.ROW, Kind.DIALOG, Kind.ITEM, Kind.SECTION, Kind.FORM)
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


def describe(element: Element, view: View) -> str:
    """A short description that, as the target of an instruction, means this element.

    When no short one does, it is the best there is: the element's kind and place among its like.
    """
    return in_words(target_for(element, view))


def target_for(element: Element, view: View) -> Target:
    """The target in words that `describe` puts into words.

    Of a label it is that of its control: the two cannot be told apart in words, nor need be.
    """
    labelled = view.labelled_control(element.ref)
    if labelled is not None and view.elements[labelled].visible:
        element = view.elements[labelled]
    method = _usual_method(element)
    plain = Target(
        text=_words(_called(element, view)), quoted=True, kind=_kind(element), ordinal=None
    )
    plain = plain if plain.text else replace(plain, quoted=False)
    for target in _ever_longer(plain, element, view):
        if _means(target, method, view) == [element.ref]:
            return target
    return _counted(plain, element, method, view)


def in_words(target: Target) -> str:
    """A target as one would say it."""
    words = " ".join(filter(None, _parts(target))) or "element"
    if target.every:
        words = f"all {words}"
    elif words != _quoted(target.text):
        words = f"the {words}"
    if target.relation and target.anchor:
        return f"{words} {_SAID[target.relation]} {in_words(target.anchor)}"
    return words


def _parts(target: Target) -> Iterator[str]:
    """*2nd*, *red*, *"Edit"*, *button*; what holds other things comes before its name."""
    yield _ordinal(target.ordinal) if target.ordinal is not None else ""
    yield from target.qualities
    kind = target.kind.value if target.kind is not Kind.ELEMENT else ""
    text = _quoted(target.text) if target.quoted else target.text
    yield from (kind, text) if target.kind in kinds.CONTAINERS and target.quoted else (text, kind)


_SAID = {
    Relation.WITHIN: "in",
    Relation.NEAR: "next to",
    Relation.ABOVE: "above",
    Relation.BELOW: "below",
    Relation.LEFT_OF: "to the left of",
    Relation.RIGHT_OF: "to the right of",
    Relation.AFTER: "after",
    Relation.BEFORE: "before",
}


def _ever_longer(plain: Target, element: Element, view: View) -> Iterator[Target]:
    if plain.text or plain.kind is not Kind.ELEMENT:
        yield plain
    for relation, anchor in _places(element, view):
        yield replace(plain, relation=relation, anchor=anchor)


def _places(element: Element, view: View) -> Iterator[tuple[Relation, Target]]:
    """What the element could be said to be in or next to, the nearest first."""
    tried = 0
    for ref in view.around(element.ref):
        outer = view.elements[ref]
        kind = next(
            (kind for kind in _SURROUNDINGS if kinds.fit(outer, kind) >= kinds.STYLED), None
        )
        if kind is None:
            continue
        for words in _telling_words(ref, element, view):
            yield Relation.WITHIN, Target(text=words, quoted=True, kind=kind)
            tried += 1
            if tried >= _MOST_ANCHORS:
                return


def _telling_words(ref: int, element: Element, view: View) -> Iterator[str]:
    """What a row, card or dialog is called, or says first apart from the element itself."""
    if view.elements[ref].name and view.elements[ref].name != view.elements[ref].text:
        yield _words(view.elements[ref].name)
    inside = (view.elements[inner] for inner in view.inside(ref))
    texts = (inner.own_text for inner in inside if not traits.is_control(inner))
    first = next((text for text in texts if text and text != element.own_text), "")
    if first:
        yield _words(first)


def _counted(plain: Target, element: Element, method: Method, view: View) -> Target:
    """With an ordinal: which of those that are called the same, or are of the same kind."""
    for target in (plain, Target(kind=plain.kind)):
        like = _means(replace(target, every=True), method, view)
        if element.ref in like:
            counted = replace(target, ordinal=like.index(element.ref) + 1)
            if _means(counted, method, view) == [element.ref]:
                return counted
    return plain


def _means(target: Target, method: Method, view: View) -> list[int]:
    try:
        return find(target, method, view)
    except AnchorNotFound:
        return []


def _usual_method(element: Element) -> Method:
    """What one does to such an element."""
    if traits.is_file_input(element):
        return Method.UPLOAD
    if traits.is_checkable(element):
        return Method.CHECK
    if traits.is_list(element):
        return Method.SELECT
    return Method.FILL if traits.is_editable(element) else Method.CLICK


def _kind(element: Element) -> Kind:
    best = max(kinds.fit(element, kind) for kind in _KINDS)
    if best < kinds.STYLED:
        return Kind.ELEMENT
    return next(kind for kind in _KINDS if kinds.fit(element, kind) == best)


def _called(element: Element, view: View) -> str:
    """The most telling name; what a field holds at the moment is none."""
    if traits.is_editable(element) or traits.is_list(element):
        beside = "" if element.label else words_beside(element, view.snapshot)
        attributes = element.attributes
        names = (element.label, element.name, beside, element.placeholder)
        return next(
            filter(None, (*names, attributes.get("title", ""), attributes.get("name", ""))), ""
        )
    known = names_of(element, view.snapshot)
    return max(known, key=lambda text: known[text], default="")


def _words(text: str) -> str:
    """A name, or its beginning up to the end of a word."""
    if len(text) <= _LONGEST_WORDS:
        return text
    return text[: _LONGEST_WORDS + 1].rpartition(" ")[0] or text[:_LONGEST_WORDS]


def _quoted(text: str) -> str:
    quote = "'" if '"' in text else '"'
    return f"{quote}{text}{quote}"


def _ordinal(number: int) -> str:
    if number < 0:
        return "last" if number == -1 else f"{_ordinal(-number)} last"
    suffix = "th" if number % 100 in _TEENS else _ORDINALS.get(number % 10, "th")
    return f"{number}{suffix}"
