from __future__ import annotations

from bench.miniwob import table
from bench.miniwob.episode import Outcome


def outcome(task: str, seed: int, reward: float, error: str | None, took: float = 10.0) -> Outcome:
    return Outcome(task, seed, "Do it.", reward, error, took, {})


def test_a_row_counts_full_rewards_and_names_the_most_common_failure() -> None:
    outcomes = [
        outcome("click-test", 0, 1.0, None, 10.0),
        outcome("click-test", 1, 0.5, "wrong", 20.0),
        outcome("click-test", 2, 0.0, "TARGET_NOT_FOUND", 30.0),
        outcome("click-test", 3, 0.0, "TARGET_NOT_FOUND", 40.0),
    ]

    row = table.line("click-test", outcomes)

    assert row == "| click-test | 1 | 4 | 0.38 | TARGET_NOT_FOUND (2) | 25 |"


def test_a_summary_says_how_much_of_a_group_was_solved() -> None:
    outcomes = [outcome("a", 0, 1.0, None), outcome("a", 1, 0.0, "wrong"), outcome("b", 0, 1, None)]

    said = table.summary("All", outcomes)

    assert said == "**All: 2 of 3 episodes, 66.7 %** (2 tasks)"


def test_a_report_keeps_what_needs_reasoning_apart_and_leaves_nothing_out() -> None:
    outcomes = [outcome("tic-tac-toe", 0, -1.0, "wrong"), outcome("click-test", 0, 1.0, None)]

    text = table.report(outcomes, "a machine")

    listed, others = text.split("## All other tasks")
    assert "| click-test | 1 | 1 |" in listed
    assert "| tic-tac-toe | 0 | 1 | -1.00 | wrong (1) |" in others
    assert "Measured on a machine." in listed
