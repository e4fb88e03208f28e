from __future__ import annotations

from cdp_proxy.core.actions.instruction.errors import (
    MAX_WORDS_SHOWN,
    UNDERSTOOD,
    not_understood,
)
from shared.errors import InstructionNotUnderstood


def test_the_error_names_the_words_and_what_would_be_understood() -> None:
    error = not_understood("frobnicate the whatsit", "There is no action in it")

    assert isinstance(error, InstructionNotUnderstood)
    assert error.details["words"] == "frobnicate the whatsit"
    assert "There is no action in it" in str(error)
    assert "frobnicate the whatsit" in str(error)
    assert UNDERSTOOD in str(error)


def test_white_space_is_not_repeated() -> None:
    error = not_understood("  a \n\n b\t")

    assert isinstance(error, InstructionNotUnderstood)
    assert error.details["words"] == "a b"


def test_words_are_shown_up_to_a_limit() -> None:
    whole = not_understood("x" * MAX_WORDS_SHOWN)
    longer = not_understood("x" * (MAX_WORDS_SHOWN + 1))

    assert isinstance(whole, InstructionNotUnderstood)
    assert isinstance(longer, InstructionNotUnderstood)
    assert whole.details["words"] == "x" * MAX_WORDS_SHOWN
    assert longer.details["words"] == "x" * (MAX_WORDS_SHOWN - 1) + "…"
