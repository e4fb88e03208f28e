"""Words for an element lead back to it."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.describing import describe, in_words, target_for
from cdp_proxy.core.actions.resolver.search import find
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.resolver.words import Needle
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Target
from tests.fakes.pages import page, the

SNAPSHOT = page("""
    heading "People"
    table
      row
        cell "Alice"
        cell
          button "Edit" #edit_alice
      row
        cell "Bob"
        cell
          button "Edit" #edit_bob
    form
      label "Email" for=mail #label
      textbox "Email" #mail
      checkbox "News" #news
      button #nameless
      button #nameless_too
    link 'Say "hi"'
""")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("edit_alice", 'the "Edit" button in the row "Alice"'),
        ("edit_bob", 'the "Edit" button in the row "Bob"'),
        ("mail", 'the "Email" field'),
        ("label", 'the "Email" field'),
        ("news", 'the "News" checkbox'),
    ],
)
def test_a_description_is_as_short_as_tells_it_apart(name: str, words: str) -> None:
    assert describe(the(SNAPSHOT, name), View(SNAPSHOT)) == words


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("edit_alice", Method.CLICK),
        ("edit_bob", Method.CLICK),
        ("mail", Method.FILL),
        ("news", Method.CHECK),
        ("nameless", Method.CLICK),
        ("nameless_too", Method.CLICK),
    ],
)
def test_a_description_means_the_element_it_is_of(name: str, method: Method) -> None:
    view, element = View(SNAPSHOT), the(SNAPSHOT, name)

    assert find(target_for(element, view), method, view) == [element.ref]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(text="Save", quoted=True), '"Save"'),
        (Target(text='Say "hi"', quoted=True, kind=Kind.LINK), "the 'Say \"hi\"' link"),
        (Target(kind=Kind.FIELD, ordinal=3), "the 3rd field"),
        (Target(kind=Kind.BUTTON, ordinal=12), "the 12th button"),
        (Target(kind=Kind.BUTTON, ordinal=-1), "the last button"),
        (Target(kind=Kind.SHAPE, qualities=("red", "circle")), "the red circle shape"),
        (Target(text="A", quoted=True, every=True), 'all "A"'),
        (
            Target(kind=Kind.LIST, relation=Relation.BELOW, anchor=Target(text="B", quoted=True)),
            'the list below "B"',
        ),
        (Target(), "the element"),
    ],
)
def test_a_target_is_put_as_one_would_say_it(target: Target, words: str) -> None:
    assert in_words(target) == words


def test_what_is_alike_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each of its like: a table may have thousands of equal buttons."""
    looked_for: list[str] = []
    called = View.called

    def counted(view: View, needle: Needle, *, exactly: bool = False) -> dict[int, float]:
        looked_for.append(needle.raw)
        return called(view, needle, exactly=exactly)

    monkeypatch.setattr(View, "called", counted)
    snapshot = page("\n".join(['button "Edit"'] * 40))
    view = View(snapshot)

    words = [describe(element, view) for element in snapshot.elements]

    assert words[1:3] == ['the 2nd "Edit" button', 'the 3rd "Edit" button']
    assert len(looked_for) < 5
