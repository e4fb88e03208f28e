from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.likeness import read_likeness
from cdp_proxy.core.actions.resolver import resolve
from cdp_proxy.core.actions.steps import Method
from shared.errors import TargetNotFound
from tests.fakes.pages import page

SUGGESTED = 'option "Anguilla" #a\noption "Antarctica" #b\noption "Costa Rica" #c'


def test_the_beginning_is_typed_and_what_fits_is_chosen() -> None:
    fill, click = parse('Enter an item that starts with "An" and ends with "ica".')

    assert (fill.method, fill.arguments) == (Method.FILL, ("An",))
    assert click.method is Method.CLICK
    assert click.target is not None
    (found,) = resolve(click.target, Method.CLICK, page(SUGGESTED))
    assert found.attributes["id"] == "b"


def test_the_end_need_not_be_said() -> None:
    _, click = read_likeness("choose a country beginning with 'Cos'")

    assert click.target is not None
    (found,) = resolve(click.target, Method.CLICK, page(SUGGESTED))
    assert found.attributes["id"] == "c"


def test_what_begins_otherwise_is_not_taken() -> None:
    _, click = parse('Enter an item that starts with "Zu".')

    assert click.target is not None
    with pytest.raises(TargetNotFound):
        resolve(click.target, Method.CLICK, page(SUGGESTED))


@pytest.mark.parametrize("said", ["click Save", 'type "starts with" into Name', "starts with x"])
def test_other_clauses_are_about_no_likeness(said: str) -> None:
    assert read_likeness(said) == []
