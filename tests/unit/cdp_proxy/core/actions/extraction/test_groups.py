"""Groups: structures that repeat."""

from __future__ import annotations

from cdp_proxy.core.actions.extraction.groups import GROUPS_MAX, Group, Scope, groups
from cdp_proxy.core.actions.extraction.text import line
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.words import Query
from tests.fakes.readings import tree


def _groups(html: str) -> list[Group]:
    return groups(Scope(tree(html), page=True))


def _said(group: Group) -> list[str]:
    return [line(item.node) for item in group.items]


def _facts(item: Scope) -> dict[str, str]:
    return {f.label: line(f.held) for f in item.facts if isinstance(f.held, Node)}


def test_the_rows_of_a_table_know_their_cells_by_the_header() -> None:
    html = (
        "<table><caption>Books</caption><tr><th>Title</th><th>Price</th></tr>"
        "<tr><td>Emma</td><td>9</td></tr><tr><td>Persuasion</td><td>8</td></tr></table>"
    )
    rows = _groups(html)[0]

    assert [_facts(item) for item in rows.items] == [
        {"Title": "Emma", "Price": "9"},
        {"Title": "Persuasion", "Price": "8"},
    ]
    assert "Books" in rows.names


def test_definitions_are_pairs_of_a_name_and_a_value() -> None:
    pairs = _groups("<dl><dt>Pages</dt><dd>474</dd><dt>Weight</dt><dd>1 kg</dd></dl>")[0]

    assert [(_facts(i)["name"], _facts(i)["value"]) for i in pairs.items] == [
        ("Pages", "474"),
        ("Weight", "1 kg"),
    ]


def test_cards_of_one_class_are_a_group_wherever_they_stand() -> None:
    html = '<div><div class="card">a</div></div><section><div class="card">b</div></section>'

    assert ["a", "b"] in [_said(group) for group in _groups(html)]


def test_a_card_within_a_card_is_part_of_it() -> None:
    html = '<div class="card">a<div class="card">b</div></div><div class="card">c</div>'

    assert [_said(group) for group in _groups(html)] == [["a b", "c"]]


def test_the_same_things_are_one_group_however_they_are_seen() -> None:
    found = _groups('<ul><li class="book new">a</li><li class="book new">b</li></ul>')

    assert [_said(group) for group in found] == [["a", "b"]]


def test_a_group_is_called_like_its_items_or_the_heading_before_it() -> None:
    group = _groups('<h2>Reviews</h2><ul><li class="card">a</li><li class="card">b</li></ul>')[0]

    assert group.likeness(Query("reviews")) > 0.9
    assert group.likeness(Query("cards")) > 0.9
    assert group.likeness(Query("prices")) == 0.0


def test_what_is_hidden_or_alone_does_not_repeat() -> None:
    assert _groups("<ul><li>a</li><li hidden>b</li></ul>") == []


def test_no_page_has_more_groups_than_are_looked_at() -> None:
    html = "".join(f"<ul><li>{n}</li><li>{n}</li></ul>" for n in range(GROUPS_MAX + 20))

    assert len(_groups(html)) == GROUPS_MAX
