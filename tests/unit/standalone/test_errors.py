"""Exit codes."""

from __future__ import annotations

from standalone.errors import ExitCode, StartFailed


def test_a_failure_carries_its_sentence_and_exit_code() -> None:
    failure = StartFailed("No Redis.", ExitCode.REDIS)

    assert (str(failure), failure.exit_code) == ("No Redis.", 3)


def test_no_failure_looks_like_success() -> None:
    assert all(code > 0 for code in ExitCode)
