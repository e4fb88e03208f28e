from __future__ import annotations

import dataclasses

import pytest

from cdp_proxy.core.actions.performing.steps import _ON_ELEMENT, _ON_PAGE
from cdp_proxy.core.actions.steps import Kind, Method, Relation, Step, Target


@pytest.mark.parametrize("method", Method)
def test_every_method_is_performed_by_something(method: Method) -> None:
    assert method in _ON_PAGE or method in _ON_ELEMENT


@pytest.mark.parametrize("words", [Method, Kind, Relation])
def test_words_are_told_apart_by_their_values(words: type[Method | Kind | Relation]) -> None:
    assert len({word.value for word in words}) == len(list(words))


def test_a_step_cannot_be_changed_once_it_is_read() -> None:
    step = Step(method=Method.CLICK, target=Target(text="Save"), source="click Save")

    with pytest.raises(dataclasses.FrozenInstanceError):
        step.source = "click Delete"  # type: ignore[misc]
