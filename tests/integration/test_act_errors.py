"""What `act` cannot do it says, with a code, what it saw, and how far it got; and does no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from tests.integration.acting import Actor, acting
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack


@pytest.fixture
def alone(stack: Stack, site: Site, new_session: NewSession) -> Iterator[Actor]:
    """For what leaves a page in a state that others should not find."""
    with acting(stack.api, site, new_session()) as one:
        yield one


AMBIGUOUS: Sequence[tuple[str, str, list[str]]] = [
    ("table", 'click "Delete"', ["Delete"]),
    ("table", "click the Edit button", ["Edit"]),
    ("shadow", "click Follow", ["Follow"]),
]


@pytest.mark.parametrize("case", AMBIGUOUS, ids=lambda case: f"{case[0]}: {case[1]}")
def test_equals_are_listed_and_none_is_taken(
    actor: Actor, case: tuple[str, str, list[str]]
) -> None:
    page, instruction, names = case
    actor.open(page)

    details = actor.refused(instruction, "AMBIGUOUS_TARGET")

    assert len(details["candidates"]) >= 2
    for candidate in details["candidates"]:
        assert any(name in candidate["description"] for name in names)
    assert len({candidate["selector"] for candidate in details["candidates"]}) >= 2
    assert details["performed"] == []
    assert actor.log() == []


def test_a_candidate_of_an_ambiguity_can_be_acted_on(actor: Actor) -> None:
    actor.open("table")
    candidates = actor.refused('click "Delete"', "AMBIGUOUS_TARGET")["candidates"]

    actor.perform({"method": "click", "selector": candidates[1]["selector"]})

    assert actor.log() == ["Delete Bob Brown"]


@pytest.mark.parametrize(
    "instruction",
    ['click "Publish"', 'click the "Delete everything" button', 'type "x" into "Fax number"'],
)
def test_what_is_not_there_is_not_guessed(actor: Actor, instruction: str) -> None:
    actor.open("order")

    details = actor.refused(instruction, "TARGET_NOT_FOUND")

    assert details["performed"] == []
    assert actor.log() == []


def test_what_is_not_there_is_answered_with_the_nearest(actor: Actor) -> None:
    actor.open("order")

    details = actor.refused('click "Save for tomorrow evening"', "TARGET_NOT_FOUND")

    assert any("Save for later" in nearest["description"] for nearest in details["candidates"])
    assert actor.log() == []


def test_a_banner_in_front_is_named(actor: Actor) -> None:
    actor.open("cookies")

    details = actor.refused("click Subscribe", "TARGET_COVERED")

    assert "cookie" in json.dumps(details["coveredBy"]).lower()
    assert actor.log() == []


def test_a_disabled_button_is_not_clicked(actor: Actor) -> None:
    actor.open("order")

    details = actor.refused('click "Place order"', "TARGET_DISABLED")

    assert details["performed"] == []
    assert actor.log() == []


@pytest.mark.parametrize("field", ["Voucher", "Customer number"])
def test_a_field_that_takes_no_input_is_left_alone(actor: Actor, field: str) -> None:
    actor.open("fields")
    before = actor.value("form.voucher.value + form.customer.value")

    actor.refused(f'type "X" into {field}', "TARGET_DISABLED")

    assert actor.value("form.voucher.value + form.customer.value") == before


def test_a_chain_stops_at_its_first_failure_and_says_how_far_it_got(actor: Actor) -> None:
    actor.open("table")

    details = actor.refused(
        'click "Add user", click "Fire everybody", click "Export"', "TARGET_NOT_FOUND"
    )

    (performed,) = details["performed"]
    assert (performed["method"], "Add user" in performed["description"]) == ("click", True)
    assert actor.log() == ["added"]


@pytest.mark.parametrize(
    "instruction",
    ["make me a sandwich", "what is the meaning of this?", "lorem ipsum dolor sit amet"],
)
def test_what_is_no_instruction_is_not_understood(actor: Actor, instruction: str) -> None:
    actor.open("table")

    actor.refused(instruction, "INSTRUCTION_NOT_UNDERSTOOD")

    assert actor.log() == []


def test_nothing_of_a_chain_is_done_when_part_of_it_is_not_understood(actor: Actor) -> None:
    actor.open("table")

    actor.refused('click "Add user" and frobnicate the whatsit', "INSTRUCTION_NOT_UNDERSTOOD")

    assert actor.log() == []


def test_an_option_that_a_list_has_not_got_changes_nothing(actor: Actor) -> None:
    actor.open("selects")

    details = actor.refused('select "Purple" from Color', "TARGET_NOT_FOUND")

    assert {"Red", "Green", "Blue"} <= {
        word for option in details["candidates"] for word in option["description"].split('"')
    }
    assert actor.value("color.value") == ""


def test_an_address_that_nobody_answers_at_is_a_failed_navigation(alone: Actor) -> None:
    details = alone.refused("go to http://127.0.0.1:1/", "NAVIGATION_FAILED")

    assert details["performed"] == []


@pytest.mark.parametrize("url", ["example.com", "http://", "https://[::1"])
def test_what_is_no_address_is_a_failed_navigation(actor: Actor, url: str) -> None:
    answer = actor.send("navigate", url=url)

    assert (answer.status, answer.error["code"]) == (422, "NAVIGATION_FAILED")


def test_waiting_for_what_never_comes_ends_in_time(actor: Actor) -> None:
    actor.open("toasts")

    answer = actor.send("act", instruction='wait for "Saved"', timeoutMs=1_500)

    assert (answer.status, answer.error["code"]) == (504, "ACTION_TIMEOUT")


def test_an_open_dialog_blocks_until_it_is_answered(alone: Actor) -> None:
    alone.open("alerts")
    alone.act('click "Delete all"')

    details = alone.refused('click "Back up"', "DIALOG_OPEN")
    for what in ("observe", "extract", "screenshot"):
        assert alone.send(what).error["code"] == "DIALOG_OPEN"
    alone.act("accept the dialog")

    assert "Really delete everything?" in json.dumps(details)
    assert alone.log() == ["deleted"]


@pytest.mark.parametrize(
    ("instruction", "happened"),
    [
        ('click "Delete all" and dismiss the dialog', ["kept"]),
        ('click "Delete all" and accept the dialog', ["deleted"]),
        ('click "Rename" and accept the dialog with "todo.txt"', ["renamed to todo.txt"]),
        ('click "Back up", then accept the alert', ["told"]),
    ],
)
def test_a_dialog_is_answered_in_the_same_breath(
    alone: Actor, instruction: str, happened: list[str]
) -> None:
    alone.open("alerts")

    alone.act(instruction)

    assert alone.log() == happened
