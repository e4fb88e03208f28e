from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver import resolve
from cdp_proxy.core.actions.resolver.deeds import doing
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Kind, Method, Target
from shared.errors import AmbiguousTarget, TargetNotFound
from tests.fakes.pages import page

SHOP = """
list
  listitem
    heading "Blue Kettle"
    button "Add to cart" #kettle
    button "Add Blue Kettle to wish list" #wish
  listitem
    heading "Red Toaster"
    button "Add to cart" #toaster
button "Sign out" #out
checkbox "I agree to the terms and conditions" #terms
link "Deals" #deals
"""


def done_by(deed: str, text: str = SHOP) -> list[str]:
    snapshot = page(text)
    return [
        snapshot.elements[ref].attributes.get("id", "")
        for ref in doing(deed, Method.CLICK, View(snapshot))
    ]


@pytest.mark.parametrize(
    ("deed", "control"),
    [
        ("sign out", "out"),
        ("add the Red Toaster to the cart", "toaster"),
        ("add the blue kettle to my cart", "kettle"),
        ("add Blue Kettle to the wish list", "wish"),
        ("agree to the terms", "terms"),
    ],
)
def test_the_control_that_says_it_does_it(deed: str, control: str) -> None:
    assert done_by(deed) == [control]


def test_what_nothing_around_tells_apart_is_tied() -> None:
    assert done_by("add it to the cart") == ["kettle", "toaster"]


@pytest.mark.parametrize("deed", ["view the deals", "remove the kettle", "the", ""])
def test_a_control_that_does_not_name_the_verb_does_not_do_it(deed: str) -> None:
    assert done_by(deed) == []


def test_a_deed_resolves_as_a_target() -> None:
    snapshot = page(SHOP)
    target = Target(text="sign out", kind=Kind.DEED)

    (found,) = resolve(target, Method.CLICK, snapshot)

    assert found.attributes["id"] == "out"


def test_a_tie_of_deeds_is_ambiguous_and_none_is_not_found() -> None:
    snapshot = page(SHOP)

    with pytest.raises(AmbiguousTarget):
        resolve(Target(text="add it to the cart", kind=Kind.DEED), Method.CLICK, snapshot)
    with pytest.raises(TargetNotFound):
        resolve(Target(text="fly away", kind=Kind.DEED), Method.CLICK, snapshot)
