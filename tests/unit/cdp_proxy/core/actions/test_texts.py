from __future__ import annotations

from cdp_proxy.core.actions.placing import Placing
from cdp_proxy.core.actions.texts import MAX_CHARS, Texts
from tests.fakes.captured import Tag, nodes


def test_inline_parts_are_one_word_and_blocks_stand_apart() -> None:
    inline = Tag("b", {}, ["ty"], style={"display": "inline"})
    found = nodes(Tag("div", {}, ["twen", inline, Tag("div", {}, ["one"])]))

    assert Texts(found, Placing(found)).of(found[1]) == ("twen", "twenty one")


def test_hidden_text_is_no_text() -> None:
    found = nodes(Tag("div", {}, ["a", Tag("p", {}, ["b"], box=None)]))

    assert Texts(found, Placing(found)).of(found[1]) == ("a", "a")


def test_text_is_bounded() -> None:
    found = nodes(Tag("div", {}, [Tag("p", {}, ["word " * 300]) for _ in range(5)]))

    assert len(Texts(found, Placing(found)).of(found[1])[1]) == MAX_CHARS
