"""Each row: what happened when, and the end that follows. The session starts at 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.lifecycle import Lifecycle, Limits
from shared.session_state import EndReason

HARD, IDLE, NEVER, GRACE = 3600.0, 600.0, 300.0, 2.0
Happening = tuple[str, float]


def lifecycle(*happenings: Happening, keep_alive: bool = True, idle: float = IDLE) -> Lifecycle:
    limits = Limits(
        hard_deadline=HARD,
        idle_timeout_seconds=idle,
        keep_alive=keep_alive,
        never_connected_timeout_seconds=NEVER,
        last_client_grace_seconds=GRACE,
    )
    made = Lifecycle(limits, now=0.0)
    for what, when in happenings:
        {"join": made.client_joined, "leave": made.client_left, "use": made.activity}[what](when)
    return made


@pytest.mark.parametrize(
    ("happenings", "due"),
    [
        ((), (NEVER, EndReason.NEVER_CONNECTED)),
        ((("join", 10),), (10 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("use", 10),), (10 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("join", 10), ("use", 50)), (50 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("join", 10), ("leave", 90)), (90 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("join", 10), ("use", 3500)), (HARD, EndReason.HARD_TIMEOUT)),
    ],
)
def test_a_session_with_keep_alive_ends(
    happenings: tuple[Happening, ...], due: tuple[float, EndReason]
) -> None:
    assert lifecycle(*happenings).due() == due


@pytest.mark.parametrize(
    ("happenings", "due"),
    [
        ((), (NEVER, EndReason.NEVER_CONNECTED)),
        ((("join", 1),), (1 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("join", 1), ("leave", 5)), (5 + GRACE, EndReason.LAST_CLIENT_LEFT)),
        ((("join", 1), ("leave", 5), ("join", 6)), (6 + IDLE, EndReason.IDLE_TIMEOUT)),
        ((("join", 1), ("join", 2), ("leave", 5)), (5 + IDLE, EndReason.IDLE_TIMEOUT)),
        (
            (("join", 1), ("join", 2), ("leave", 5), ("leave", 6)),
            (6 + GRACE, EndReason.LAST_CLIENT_LEFT),
        ),
    ],
)
def test_a_session_without_keep_alive_ends(
    happenings: tuple[Happening, ...], due: tuple[float, EndReason]
) -> None:
    assert lifecycle(*happenings, keep_alive=False).due() == due


def test_an_idle_timeout_below_the_never_connected_one_comes_first() -> None:
    assert lifecycle(idle=60).due() == (60, EndReason.IDLE_TIMEOUT)


@given(st.lists(st.sampled_from(["join", "leave", "use"]), max_size=20), st.booleans())
def test_nothing_postpones_the_hard_deadline(what: list[str], keep_alive: bool) -> None:
    happenings = [(name, 400.0 * number) for number, name in enumerate(what)]

    deadline, _ = lifecycle(*happenings, keep_alive=keep_alive).due()

    assert deadline <= HARD
