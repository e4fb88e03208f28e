"""`observe` answers actions that `act` takes back as they are."""

from __future__ import annotations

from typing import Any

from tests.integration.acting import Actor
from tests.integration.waiting import wait_until


def described(actions: list[Any], words: str) -> Any:
    """The one action whose description has these words."""
    (found,) = [action for action in actions if words in action["description"]]
    return found


def test_everything_one_can_do_is_listed(actor: Actor) -> None:
    actor.open("order")

    actions = actor.observe()

    offered = {(action["method"], action["description"]) for action in actions}
    assert ("fill", True) in {(method, "Quantity" in said) for method, said in offered}
    assert ("check", True) in {(method, "terms" in said) for method, said in offered}
    assert ("click", True) in {(method, "Save for later" in said) for method, said in offered}
    for action in actions:
        assert set(action) == {"selector", "backendNodeId", "method", "arguments", "description"}


def test_what_is_observed_can_be_done_as_it_is(actor: Actor) -> None:
    actor.open("table")
    (action,) = actor.observe(instruction='click the "Edit" button next to "Carol Clark"')

    actor.perform(action)

    assert actor.log() == ["Edit Carol Clark"]


def test_an_observed_action_survives_a_page_that_has_replaced_its_nodes(actor: Actor) -> None:
    actor.open("rerender")
    (action,) = actor.observe(instruction='type "Ada" into "Full name"')
    actor.value("window.old = document.querySelector('#name'); 0")
    wait_until(lambda: actor.value("!old.isConnected"), "a render")

    actor.perform(action)

    assert actor.value("state.name") == "Ada"


def test_an_observed_action_works_inside_an_iframe_of_another_site(actor: Actor) -> None:
    actor.open("checkout")
    (action,) = actor.observe(instruction='type "737" into "Security code"')

    actor.perform(action)
    actor.act('click "Pay $49.00"')

    assert actor.log() == ["paid by  with ||737|false"]


def test_an_observed_action_works_inside_shadow_roots(actor: Actor) -> None:
    actor.open("shadow")
    (action,) = actor.observe(instruction='click the "Block" button next to "Grace Hopper"')

    actor.perform(action)

    assert actor.log() == ["Block Grace Hopper"]


def test_looking_changes_nothing(actor: Actor) -> None:
    actor.open("fields")
    before = actor.value("document.documentElement.outerHTML")

    actor.observe()

    assert actor.value("document.documentElement.outerHTML") == before
    assert actor.log() == []


def test_hidden_things_and_what_is_behind_a_modal_dialog_are_not_offered(actor: Actor) -> None:
    actor.open("tabs")

    actions = actor.observe()

    assert not [action for action in actions if "Two-factor" in action["description"]]
    described(actions, "Billing")
