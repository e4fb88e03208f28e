"""Pages written as indented text, and the snapshots that would be taken of them.

One element a line, children indented by two spaces:

    form #login
      label "Email" for=mail
      textbox "Email" #mail placeholder="you@example.org" @100,20,200,30
      button "Sign in" +disabled
      div .card
        "Some text"

The first word is a role or a tag; what follows, in any order: a name in double quotes, which is
also its text where the element shows any; `key=value` attributes; `#id` and `.class`; `+state`;
`color=rgb(…)`, `value=`, `label=`, `called=` (accessible name alone), `text=` (visible text alone);
`@x,y,width,height`; and `hidden`. Without a place an element stands below the one before it, 20 px
tall. A line that begins with a quote is a text (`span`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cdp_proxy.core.actions.elements import Box, Element, NodeKey, Snapshot

_TOKEN = re.compile(
    r'(?P<quoted>"[^"]*")|(?P<key>[\w-]+)=(?P<value>"[^"]*"|rgb\([^)]*\)|\S+)'
    r"|#(?P<id>\S+)|\.(?P<cls>\S+)|\+(?P<state>\S+)|@(?P<box>[-\d.,]+)|(?P<word>\S+)"
)
_ROLE_TAGS = {
    "textbox": "input",
    "searchbox": "input",
    "checkbox": "input",
    "radio": "input",
    "slider": "input",
    "spinbutton": "input",
    "file": "input",
    "link": "a",
    "combobox": "select",
    "heading": "h2",
    "listitem": "li",
    "list": "ul",
    "row": "tr",
    "cell": "td",
    "table": "table",
    "img": "img",
    "form": "form",
}
_TAG_ROLES = {
    "a": "link",
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "li": "listitem",
    "ul": "list",
    "tr": "row",
    "td": "cell",
    "th": "columnheader",
    "select": "combobox",
    "textarea": "textbox",
    "fieldset": "group",
}
_INPUT_TYPES = {"checkbox": "checkbox", "radio": "radio", "slider": "range", "file": "file"}
_OPERATED = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "checkbox",
    "radio",
    "switch",
    "slider",
    "spinbutton",
    "combobox",
    "listbox",
    "option",
    "tab",
    "menuitem",
    "treeitem",
    "file",
}
_FIELDS = {"textbox", "searchbox", "spinbutton", "combobox", "slider"}
_SAID_APART = {"color", "value", "label", "called", "text"}
_VIEWPORT = Box(0, 0, 1280, 720)


@dataclass
class _Line:
    depth: int
    word: str = "span"
    quoted: str = ""
    said: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    box: Box | None = None


def page(tree: str) -> Snapshot:
    """The snapshot of a page written as a tree (see the module)."""
    elements: list[Element] = []
    open_refs: list[tuple[int, int]] = []
    for ref, line in enumerate(_lines(tree)):
        while open_refs and open_refs[-1][0] >= line.depth:
            open_refs.pop()
        parent = open_refs[-1][1] if open_refs else None
        elements.append(_element(ref, parent, line))
        open_refs.append((line.depth, ref))
    return _finished(elements)


def the(snapshot: Snapshot, identifier: str) -> Element:
    """The element with an id."""
    return next(e for e in snapshot.elements if e.attributes.get("id") == identifier)


def _lines(tree: str) -> Iterator[_Line]:
    for text in tree.splitlines():
        if text.strip():
            yield _line((len(text) - len(text.lstrip())) // 2, text.strip())


def _line(depth: int, text: str) -> _Line:
    line = _Line(depth)
    for match in _TOKEN.finditer(text):
        if match.start() == 0 and match["word"]:
            line.word = match["word"]
        else:
            _put(line, match.lastgroup or "", match)
    return line


def _put(line: _Line, group: str, match: re.Match[str]) -> None:
    value = match[group].strip('"')
    if group == "quoted":
        line.quoted = value
    elif group == "value":
        (line.said if match["key"] in _SAID_APART else line.attributes)[match["key"]] = value
    elif group == "id":
        line.attributes["id"] = value
    elif group == "cls":
        line.attributes["class"] = f"{line.attributes.get('class', '')} {value}".strip()
    elif group == "box":
        line.box = Box(*map(float, value.split(",")))
    else:
        (line.states if group == "state" else line.flags).add(value)


def _element(ref: int, parent: int | None, line: _Line) -> Element:
    word = line.word
    tag = line.said.get("tag", _ROLE_TAGS.get(word, word if word in _TAG_ROLES else ""))
    role = _TAG_ROLES.get(word, word)
    is_field = role in _FIELDS or line.attributes.get("type") == "file"
    attributes = dict(line.attributes)
    if word in _INPUT_TYPES:
        attributes.setdefault("type", _INPUT_TYPES[word])
    shown = "" if is_field or role in {"checkbox", "radio", "img", "file"} else line.quoted
    hidden = "hidden" in line.flags
    return Element(
        ref=ref,
        key=NodeKey("page", 1000 + ref),
        frame_id="main",
        parent=parent,
        tag=tag or ("button" if role == "button" else word),
        role="" if role in {"div", "span", "p", "svg", "file", "label", "i"} else role,
        name=line.said.get("called", line.quoted if role not in {"div", "span", "p"} else ""),
        text=line.said.get("text", shown),
        own_text=line.said.get("text", shown),
        label=line.said.get("label", line.quoted if is_field else ""),
        value=line.said.get("value", ""),
        attributes=attributes,
        states=frozenset(line.states),
        box=None if hidden else line.box or Box(0, 20 * ref, 200, 20),
        visible=not hidden,
        interactive=role in _OPERATED or "clickable" in line.flags,
        color=line.said.get("color", ""),
    )


def _finished(elements: list[Element]) -> Snapshot:
    """With the texts of children in those around them, and the tree downwards."""
    children: dict[int, list[int]] = {}
    for element in elements:
        if element.parent is not None:
            children.setdefault(element.parent, []).append(element.ref)
    for ref in reversed(range(len(elements))):
        inner = [elements[child].text for child in children.get(ref, ())]
        text = " ".join(filter(None, [elements[ref].text, *inner]))
        elements[ref] = replace(elements[ref], text=text)
    downwards: Mapping[int, tuple[int, ...]] = {k: tuple(v) for k, v in children.items()}
    return Snapshot(
        url="https://page.example/",
        title="A page",
        viewport=_VIEWPORT,
        elements=tuple(elements),
        children=downwards,
    )
