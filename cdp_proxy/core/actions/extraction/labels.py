"""Facts that a reader sees: rows, definitions, fields, *label: value*, pairs, sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cdp_proxy.core.actions.extraction.facts import Fact, Source, fact, piece
from cdp_proxy.core.actions.extraction.grid import Grid, is_table, make_grid
from cdp_proxy.core.actions.extraction.text import is_silent, line
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.words import LABEL_CHARS_MAX

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
CONTROLS: Final = frozenset({"input", "select", "textarea", "meter", "progress", "output"})
_HEADING_SET: Final = frozenset(HEADINGS)
_PROSE: Final = _HEADING_SET | {"a", "p", "img"}
"""What couples of labels and values are not made of."""
_PAIRED: Final = 2
_PAIR_LABEL_CHARS: Final = 40
_LABEL_CLASS: Final = re.compile(
    r"(?:^|[-_])(?:label|key|term|caption|legend|heading|dt|prop(?:erty)?|attr\w*|field|name)s?$",
    re.IGNORECASE,
)
_LABEL_TAGS: Final = frozenset({"dt", "th", "label", "strong", "b"})
_SEPARATORS: Final = re.compile(r"\s[|·•]\s|\s*[|·•]\s*(?=\w+:)")
_FIGURE: Final = re.compile(r"^[^\w]*\d")


def labels(root: Node) -> Iterator[Fact]:
    """Every label and value that are shown side by side, or above each other."""
    controls = {node.get("id"): node for node in root.within() if node.get("id")}
    for node in root.within():
        if node.hidden or is_silent(node):
            continue
        tags = {child.tag for child in node.elements}
        if "dt" in tags:
            yield from _definitions(node)
        if "label" in tags:
            yield from _labelled(node, controls)
        if tags & _HEADING_SET:
            yield from _sections(node)
        if node.tag == "fieldset":
            yield from _chosen(node)
        elif is_table(node) and (grid := make_grid(node)) is not None:
            yield from _rows(grid)
        yield from _texts(node)
        yield from _pairs(node)


def _definitions(holder: Node) -> Iterator[Fact]:
    """Each `dd` belongs to the `dt`s right before it."""
    terms: list[Node] = []
    described = False
    for node in holder.elements:
        if node.tag == "dt":
            terms = [node] if described else [*terms, node]
            described = False
        elif node.tag == "dd":
            described = True
            yield from (fact(line(term), node, Source.ROW, term, node) for term in terms[-5:])


def _rows(grid: Grid) -> Iterator[Fact]:
    if grid.header and len(grid.rows) == 1:
        yield from (
            fact(label, cell, Source.ROW, grid.node, cell)
            for label, cell in zip(grid.header, grid.rows[0], strict=False)
            if cell is not None
        )
    for row in grid.rows:
        cells = list(dict.fromkeys(cell for cell in row if cell is not None))
        if len(cells) == _PAIRED and grid.columns == _PAIRED:
            yield fact(line(cells[0]), cells[1], Source.ROW, *cells)
        elif len(cells) > _PAIRED and _alternates(cells):
            pairs = zip(cells[::2], cells[1::2], strict=False)
            yield from (fact(line(key), value, Source.ROW, key, value) for key, value in pairs)


def _alternates(cells: Sequence[Node]) -> bool:
    """Header, value, header, value."""
    return len(cells) % 2 == 0 and all(
        (cell.tag == "th") == (place % 2 == 0) for place, cell in enumerate(cells)
    )


def _labelled(holder: Node, controls: dict[str, Node]) -> Iterator[Fact]:
    """What the `label`s within an element name: a control, or else what comes next."""
    children = list(holder.elements)
    for label, after in zip(children, [*children[1:], None], strict=True):
        if label.tag != "label" or label.hidden:
            continue
        control = controls.get(label.get("for")) or label.find(*CONTROLS)
        if control is not None and control.get("type") != "radio":
            inner = [c for c in label.children if not (isinstance(c, Node) and c.tag in CONTROLS)]
            yield fact(line(piece(label, inner)), control, Source.ROW, control)
        elif control is None and after is not None:
            yield fact(line(label), after, Source.ROW, label, after)


def _chosen(group: Node) -> Iterator[Fact]:
    """A group of radio buttons has the chosen one's label as its value."""
    legend = next((node for node in group.elements if node.tag == "legend"), None)
    for node in group.walk():
        if legend is None or node.get("type") != "radio" or not node.state.get("checked"):
            continue
        around = next((n for n in node.ancestors() if n.tag == "label"), None)
        by_id = (n for n in group.walk() if n.tag == "label" and n.get("for") == node.get("id"))
        label = around or next(by_id, None)
        if label is not None:
            yield fact(line(legend), piece(label, [line(label)]), Source.ROW, group, label)


def _sections(holder: Node) -> Iterator[Fact]:
    """What follows each heading within an element, up to the next of its rank."""
    headings = [
        (place, child)
        for place, child in enumerate(holder.children)
        if isinstance(child, Node) and child.tag in _HEADING_SET and not child.hidden
    ]
    for number, (place, heading) in enumerate(headings):
        later = (p for p, other in headings[number + 1 :] if other.tag <= heading.tag)
        content = holder.children[place + 1 : next(later, None)]
        if any(isinstance(part, Node) for part in content):
            held = piece(holder, content)
            yield fact(line(heading), held, Source.SECTION, heading, held)


def _texts(node: Node) -> Iterator[Fact]:
    """*Label: value*, several to an element where `<br>` or marks divide them."""
    if not any(isinstance(child, str) and child.strip() for child in node.children) and not any(
        line(child).endswith(":") for child in list(node.elements)[:1]
    ):
        return
    for run in _runs(node):
        label, value = _split(node, run)
        if value is not None and line(value):
            inner = [child for child in run if isinstance(child, Node)]
            yield fact(label, value, Source.TEXT, *(inner or [node]))


def _runs(node: Node) -> Iterator[list[Node | str]]:
    run: list[Node | str] = []
    for child in node.children:
        if isinstance(child, str):
            first, *others = _SEPARATORS.split(child)
            run.append(first)
            for other in others:
                yield run
                run = [other]
        elif child.tag == "br":
            yield run
            run = []
        else:
            run.append(child)
    yield run


def _split(node: Node, run: list[Node | str]) -> tuple[str, Node | None]:
    """A run at its first colon, if what is before it can be a label."""
    before: list[Node | str] = []
    for place, part in enumerate(run):
        if isinstance(part, str) and ":" in part:
            head, tail = part.split(":", 1)
            is_time = head[-1:].isdigit() and tail[:1].isdigit()
            label = line(piece(node, [*before, head]))
            if is_time or tail.startswith("//") or not _can_label(label):
                return "", None
            return label, piece(node, [tail, *run[place + 1 :]])
        before.append(part)
        label = line(piece(node, before))
        if label.endswith(":") and _can_label(label[:-1]):
            return label[:-1], piece(node, run[place + 1 :])
        if len(label) > LABEL_CHARS_MAX:
            break
    return "", None


def _can_label(text: str) -> bool:
    return 0 < len(text) <= LABEL_CHARS_MAX and any(character.isalpha() for character in text)


def _pairs(holder: Node) -> Iterator[Fact]:
    """Children that are two elements and nothing else, one of which labels the other."""
    children = [child for child in holder.elements if not child.hidden]
    builds = {(child.tag, *(inner.tag for inner in child.elements)) for child in children}
    alike = len(children) >= _PAIRED and len(builds) == 1 and not _PROSE & set(*builds)
    for child in children:
        couple = _couple(child)
        if couple is None:
            continue
        first, second = couple
        if _looks_like_label(first) and not _is_class_label(second):
            yield fact(line(first), second, Source.PAIR, first, second)
        elif _is_class_label(second) or _is_figure_above(first, second):
            yield fact(line(second), first, Source.PAIR, first, second)
        elif alike and not _FIGURE.match(line(first)):
            yield fact(line(first), second, Source.PAIR, first, second)


def _couple(node: Node) -> tuple[Node, Node] | None:
    if any(isinstance(child, str) and child.strip() for child in node.children):
        return None
    shown = [child for child in node.elements if not child.hidden and line(child)]
    if len(shown) != _PAIRED or not _can_label(line(shown[0]) + line(shown[1])):
        return None
    return (shown[0], shown[1])


def _looks_like_label(node: Node) -> bool:
    text = line(node)
    if len(text) > _PAIR_LABEL_CHARS or _FIGURE.match(text):
        return False
    return node.tag in _LABEL_TAGS or text.endswith(":") or _is_class_label(node)


def _is_class_label(node: Node) -> bool:
    return len(line(node)) <= _PAIR_LABEL_CHARS and any(
        _LABEL_CLASS.search(name) for name in node.classes
    )


def _is_figure_above(first: Node, second: Node) -> bool:
    """A tile: *42* above *Followers*."""
    text = line(second)
    return (
        bool(_FIGURE.match(line(first)) and _can_label(text) and not re.search(r"\d", text))
        and len(text) <= _PAIR_LABEL_CHARS
    )
