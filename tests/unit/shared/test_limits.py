from __future__ import annotations

from shared import limits


def test_the_api_answers_before_api_gateway_gives_up() -> None:
    assert limits.CREATE_TIMEOUT_SECONDS < 29
    assert limits.CLOSE_TIMEOUT_SECONDS < 29


def test_defaults_lie_within_their_ranges() -> None:
    assert (
        limits.SESSION_TIMEOUT_SECONDS_MIN
        <= limits.SESSION_TIMEOUT_SECONDS_DEFAULT
        <= limits.SESSION_TIMEOUT_SECONDS_MAX
    )
    assert (
        limits.IDLE_TIMEOUT_SECONDS_MIN
        <= limits.IDLE_TIMEOUT_SECONDS_DEFAULT
        <= limits.IDLE_TIMEOUT_SECONDS_MAX
    )


def test_a_reply_outlives_the_longest_wait_for_it() -> None:
    assert limits.REPLY_TTL_SECONDS > limits.CREATE_TIMEOUT_SECONDS
