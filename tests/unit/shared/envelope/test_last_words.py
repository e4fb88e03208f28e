from __future__ import annotations

from shared.envelope.last_words import last_words
from shared.envelope.outgoing import ErrorMessage, SessionEnded
from shared.session_state import EndReason


def test_each_message_that_waits_is_answered_and_then_the_session_ends() -> None:
    *errors, end = last_words([1, None, "a"])

    assert [(type(error), error.id) for error in errors if isinstance(error, ErrorMessage)] == [
        (ErrorMessage, 1),
        (ErrorMessage, None),
        (ErrorMessage, "a"),
    ]
    assert isinstance(end, SessionEnded)
    assert end.reason == "container_lost"


def test_who_waits_for_nothing_only_hears_of_the_end() -> None:
    (end,) = last_words([], EndReason.CAPACITY_TIMEOUT)

    assert isinstance(end, SessionEnded)
    assert (end.reason, end.message) == ("capacity_timeout", EndReason.CAPACITY_TIMEOUT.text)


def test_who_has_a_void_token_hears_that_and_nothing_of_the_session() -> None:
    said = list(last_words([1, "a"], None))

    errors = [message for message in said if isinstance(message, ErrorMessage)]
    assert [(error.id, error.error.code) for error in errors] == [
        (1, "UNAUTHORIZED"),
        ("a", "UNAUTHORIZED"),
        (None, "UNAUTHORIZED"),
    ]
    assert len(said) == 3
    assert errors[-1].error.message == "The token has expired."
