from __future__ import annotations

import itertools

import pytest

from shared.session_state import LIVE, TRANSITIONS, EndReason, SessionStatus, sources_of

ENDED = {SessionStatus.ENDED, SessionStatus.TIMED_OUT, SessionStatus.FAILED}
ALLOWED = {
    (SessionStatus.INITIALIZING, SessionStatus.ACTIVE),
    *itertools.product({SessionStatus.INITIALIZING, SessionStatus.ACTIVE}, ENDED),
}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(SessionStatus, repeat=2)))
def test_each_pair_of_statuses_is_a_transition_only_if_the_life_story_says_so(
    source: SessionStatus, target: SessionStatus
) -> None:
    assert (target in TRANSITIONS[source]) is ((source, target) in ALLOWED)


@pytest.mark.parametrize("target", SessionStatus)
def test_sources_are_the_table_read_backwards(target: SessionStatus) -> None:
    assert sources_of(target) == {source for source, end in ALLOWED if end is target}


def test_live_statuses_are_those_that_something_can_still_happen_to() -> None:
    assert {SessionStatus.INITIALIZING, SessionStatus.ACTIVE} == LIVE


@pytest.mark.parametrize("reason", EndReason)
def test_every_reason_leads_to_an_ended_status(reason: EndReason) -> None:
    assert reason.status in ENDED


@pytest.mark.parametrize("reason", EndReason)
def test_every_text_fits_into_a_close_frame(reason: EndReason) -> None:
    assert 0 < len(reason.text.encode()) <= 123
