"""What a place on the page holds, as the type a schema asks for; or why it holds no such thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from cdp_proxy.core.actions.extraction.dates import NotADate, parse_date, parse_date_time
from cdp_proxy.core.actions.extraction.links import address, source
from cdp_proxy.core.actions.extraction.numbers import NotANumber, parse_number
from cdp_proxy.core.actions.extraction.schema import Want
from cdp_proxy.core.actions.extraction.text import collapse, line, raw
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.words import likeness, means, stems

STRING_CHARS_MAX: Final = 20_000
_YES: Final = frozenset(
    [
        "yes",
        "true",
        "on",
        "y",
        "✓",
        "✔",
        "☑",
        "✅",
        "1",
        "checked",
        "enabled",
        "active",
        "included",
        "available",
        "ja",
        "oui",
        "si",
        "sí",
        "sim",
    ]
) | {"in stock", "instock"}
_NO: Final = frozenset(
    [
        "no",
        "false",
        "off",
        "n",
        "✗",
        "✘",
        "✕",
        "❌",
        "\u00d7",
        "☐",
        "0",
        "unchecked",
        "disabled",
        "inactive",
        "unavailable",
        "nein",
        "non",
        "não",
        "nee",
    ]
) | {"out of stock", "outofstock", "sold out", "soldout", "not included", "not available"}
_NEAR_RATIO: Final = 88.0
_NEAR_MARGIN: Final = 8.0
_ADDRESSES: Final = frozenset({"uri", "url", "iri", "uri-reference", "iri-reference"})
_LABELLED: Final = re.compile(r"^([^:\uff1a]{1,60})[:\uff1a]\s*(\S.*)$", re.DOTALL)
_CENTS: Final = re.compile(r"cent|fraction|decimal", re.IGNORECASE)

Held = Node | str | int | float | bool | None
"""Where a value is: an element, or what structured data says."""


class NoValue(Exception):
    """It is not of the wanted type; the text, for people, says what is there instead."""


def coerce(held: object, want: Want, language: str = "") -> object:
    """The value as the first of the wanted types that it is.

    Raises:
        NoValue: of none.
    """
    why = "there is nothing"
    for kind in want.types:
        try:
            return _check_choice(_AS[kind](held, want, language), want)
        except NoValue as error:
            why = str(error)
    raise NoValue(why)


def attribute(node: Node, name: str) -> str | None:
    """An attribute (or `text`, `html`), addresses absolute; None when the element has it not."""
    if name == "text":
        return line(node)
    if name == "value" and "value" in node.state:
        return str(node.state["value"])
    if name == "src" and node.tag == "img" and (found := source(node)):
        return found
    if name not in node.attributes:
        return None
    return (
        node.url(node.get(name)) if name in {"href", "src", "action", "poster"} else node.get(name)
    )


def is_address(want: Want) -> bool:
    """Whether an address is asked for."""
    return want.format in _ADDRESSES


def texts(held: object) -> Iterator[str]:
    """What a place says, the most exact reading first."""
    if not isinstance(held, Node):
        if isinstance(held, str | int | float) and not isinstance(held, bool):
            yield collapse(str(held))
        return
    yield from (text for text in _exact(held) if text)
    seen = line(held)
    if seen:
        yield seen
    spoken = collapse(line(held, spoken=True) or held.get("aria-label"))
    if spoken and spoken != seen:
        yield spoken
    if not seen:
        yield from (t for t in (_alternative(held), collapse(raw(held)), held.get("title")) if t)


def _exact(node: Node) -> Iterator[str]:
    """What attributes made for it say (HTML 5.2.5, microdata's values)."""
    if node.tag == "meta" or "itemprop" in node.attributes:
        yield node.get("content")
    if node.tag in {"time", "ins", "del"}:
        yield node.get("datetime")
    if node.tag == "select":
        yield collapse(str(node.state.get("text", "")))
    elif "value" in node.state and node.get("type") not in {"checkbox", "radio"}:
        yield collapse(str(node.state["value"]))
    if node.tag in {"data", "meter", "progress"}:
        yield node.get("value")


def _alternative(node: Node) -> str:
    images = [node] if node.tag == "img" else [n for n in node.walk() if n.tag == "img"]
    return collapse(" ".join(image.get("alt") for image in images))


def _said(held: object) -> str:
    """What is there, for a reason."""
    text = next(texts(held), "")
    return f"the page says {text[:80]!r}" if text else "there is nothing"


def _string(held: object, want: Want, language: str) -> str:
    if is_address(want):
        return _address(held, want)
    if want.format in {"date", "date-time"}:
        return _date(held, want, language)
    if isinstance(held, Node) and held.get("type") in {"checkbox", "radio"}:
        raise NoValue("there is only a box to tick")
    for text in texts(held):
        return _without_label(text, want)[:STRING_CHARS_MAX]
    raise NoValue("there is nothing")


def _without_label(text: str, want: Want) -> str:
    """`SKU: 123` says 123; `By Alice` as an author says Alice."""
    found = _LABELLED.match(text)
    if found and likeness(want.query, found[1]) > 0:
        return found[2].strip()
    if means(want.query, "author") and text[:3].casefold() == "by ":
        return text[3:].strip()
    return text


def _number(held: object, want: Want, language: str) -> int | float:
    if isinstance(held, int | float) and not isinstance(held, bool):
        return held
    why = "there is nothing"
    words = (*stems(want.query.name), *stems(want.query.title))
    for text, tongue in _figures(held, language):
        try:
            return parse_number(_without_label(text, want), tongue, words)
        except NotANumber as error:
            why = f"the page says {text[:80]!r}, {error}"
    raise NoValue(why)


def _figures(held: object, language: str) -> Iterator[tuple[str, str]]:
    """Texts that may be a number, each with its language; attributes are written as in English."""
    if not isinstance(held, Node):
        yield from ((text, "en") for text in texts(held))
        return
    yield from ((text, "en") for text in _exact(held) if text)
    yield from (
        (text, language) for text in dict.fromkeys((_with_cents(held), *texts(held))) if text
    )


def _with_cents(node: Node) -> str:
    """A price whose cents are set apart by their look alone: `$12` and a raised `99`."""
    for part in node.walk():
        small = part.tag == "sup" or _CENTS.search(part.get("class"))
        if small and re.fullmatch(r"\d\d", line(part)):
            whole = line(node)
            cut = whole.rfind(line(part))
            before = whole[:cut].rstrip()
            return f"{before}.{whole[cut:]}" if before[-1:].isdigit() else ""
    return ""


def _integer(held: object, want: Want, language: str) -> int:
    value = _number(held, want, language)
    if value != int(value):
        raise NoValue(f"{_said(held)}, which is no whole number")
    return int(value)


def _boolean(held: object, want: Want, _language: str) -> bool:
    if isinstance(held, bool):
        return held
    if isinstance(held, Node) and (told := _ticked(held)) is not None:
        return told
    for text in texts(held):
        word = (
            collapse(_without_label(text, want).rsplit("schema.org/", 1)[-1]).casefold().strip(".!")
        )
        if word in _YES or word in _NO:
            return word in _YES
    raise NoValue(f"{_said(held)}, which is neither yes nor no")


def _ticked(node: Node) -> bool | None:
    boxes = [
        n for n in node.within() if n.get("type") in {"checkbox", "radio"} or n.role in _TICKED
    ]
    if len(boxes) != 1:
        return None
    box = boxes[0]
    state = box.get("aria-checked") or box.get("aria-pressed")
    return state == "true" if state else bool(box.state.get("checked"))


_TICKED: Final = frozenset({"checkbox", "switch", "radio", "menuitemcheckbox"})


def _date(held: object, want: Want, language: str) -> str:
    why = "there is nothing"
    parse = parse_date if want.format == "date" else parse_date_time
    for text in _dates(held):
        try:
            return parse(_without_label(text, want), language)
        except NotADate as error:
            why = f"the page says {text[:80]!r}, {error}"
    raise NoValue(why)


def _dates(held: object) -> Iterator[str]:
    if isinstance(held, Node):
        times = [node for node in held.within() if node.tag == "time"]
        if len(times) == 1:
            yield from texts(times[0])
    yield from texts(held)


def _address(held: object, want: Want) -> str:
    found: list[str] = []
    if isinstance(held, Node):
        pictured = means(want.query, "image", "photo", "logo", "icon", "avatar", "src")
        found = list(dict.fromkeys(u for u in _addresses(held, pictured=pictured) if u))
    if not found:
        found = [text for text in texts(held) if urlsplit(text).scheme in {"http", "https"}][:1]
    if len(found) != 1:
        several = f"there are {len(found)} addresses"
        raise NoValue(several if found else f"{_said(held)}, which is no address")
    return found[0]


def _addresses(node: Node, *, pictured: bool) -> Iterator[str]:
    """Of an element, or else of the nearest link around it, or else of those within it."""
    read: Callable[[Node], str] = source if pictured else _target
    own = read(node)
    if own:
        yield own
        return
    around = next((n for n in node.ancestors() if n.tag == "a"), None) if not pictured else None
    if around is not None and address(around):
        yield address(around)
        return
    yield from (read(inner) for inner in node.walk())


def _target(node: Node) -> str:
    if node.tag in {"a", "area", "link"}:
        return address(node)
    return node.url(node.get("content")) if node.tag == "meta" and node.get("content") else ""


def _check_choice(value: object, want: Want) -> object:
    """The one choice that a value is, or nearly is."""
    choices = want.choices
    if not choices or value in choices:
        return value
    wanted = [choice for choice in choices if isinstance(choice, str)]
    if not isinstance(value, str) or not wanted:
        raise NoValue(f"the page says {value!r}, which is none of the choices")
    said = " ".join(stems(value.rsplit("schema.org/", 1)[-1]))
    spelled = {choice: " ".join(stems(choice)) for choice in wanted}
    exact = [choice for choice, spelling in spelled.items() if spelling == said]
    inside = exact or [
        c for c, spelling in spelled.items() if spelling and f" {spelling} " in f" {said} "
    ]
    if len(inside) == 1:
        return inside[0]
    return _nearest(value, said, spelled)


def _nearest(value: str, said: str, spelled: Mapping[str, str]) -> str:
    ranked = sorted(
        ((fuzz.ratio(said, spelling), c) for c, spelling in spelled.items()), reverse=True
    )
    best, choice = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    if best >= _NEAR_RATIO and best - second >= _NEAR_MARGIN:
        return choice
    raise NoValue(f"the page says {value[:80]!r}, which is none of the choices")


_AS: Final[Mapping[str, Callable[[object, Want, str], object]]] = {
    "string": _string,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}
