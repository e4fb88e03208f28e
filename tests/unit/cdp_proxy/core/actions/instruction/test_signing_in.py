from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.signing_in import (
    PASSWORD_FIELD,
    SEARCH_BUTTON,
    SEARCH_FIELD,
    USER_FIELD,
)
from cdp_proxy.core.actions.steps import Kind, Method, Target


@pytest.mark.parametrize(
    ("said", "user", "password"),
    [
        ("log in as bob with password x", "bob", "x"),
        ('log in as "bob" using "x"', "bob", "x"),
        ('log in with "bob" and "x"', "bob", "x"),
        ("log in with username bob and password x", "bob", "x"),
        ("log in as %user% with password %secret%", "%user%", "%secret%"),
    ],
)
def test_logging_in_is_two_fields_and_a_button(said: str, user: str, password: str) -> None:
    first, second, third = parse(said)

    assert (first.method, first.target, first.arguments) == (Method.FILL, USER_FIELD, (user,))
    assert (second.method, second.arguments) == (Method.FILL, (password,))
    assert second.target == PASSWORD_FIELD
    assert third.method is Method.CLICK
    assert third.target == Target(text="log in", kind=Kind.BUTTON, qualities=("submit",))


def test_a_field_is_called_what_the_instruction_calls_it() -> None:
    steps = parse('sign in with email "b@x.org" and PIN "1234"')

    assert [step.target.text for step in steps if step.target is not None] == [
        "email",
        "PIN",
        "sign in",
    ]
    assert [step.arguments for step in steps] == [("b@x.org",), ("1234",), ()]


@pytest.mark.parametrize(
    ("said", "text"), [("log in", "log in"), ("Sign in.", "sign in"), ("log-in", "log in")]
)
def test_without_credentials_it_is_a_click(said: str, text: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (Method.CLICK, Target(text=text))


@pytest.mark.parametrize(
    ("said", "field", "text"),
    [
        ("search for shoes", SEARCH_FIELD, "shoes"),
        ('look up "a and b"', SEARCH_FIELD, "a and b"),
        ('search for "shoes" on this page', SEARCH_FIELD, "shoes"),
        (
            'search for "red shoes" in the Products field',
            Target(text="Products", kind=Kind.FIELD),
            "red shoes",
        ),
        ("In the Find field, search for shoes", Target(text="Find", kind=Kind.FIELD), "shoes"),
    ],
)
def test_searching_is_a_field_and_enter(said: str, field: Target, text: str) -> None:
    written, sent = parse(said)

    assert (written.method, written.target, written.arguments) == (Method.FILL, field, (text,))
    assert (sent.method, sent.target, sent.arguments) == (Method.PRESS, field, ("Enter",))


def test_searching_for_nothing_is_the_search_button() -> None:
    (step,) = parse("search")

    assert (step.method, step.target) == (Method.CLICK, SEARCH_BUTTON)
