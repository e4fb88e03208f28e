"""Why the edition could not start, as one sentence and an exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `up`; 2 to 5 mean the same as the container's own."""

    FAILED = 1
    CONFIG = 2
    REDIS = 3
    BROWSER = 4
    ADDRESS = 5
    STATE_DIR = 6


class StartFailed(Exception):
    """The edition cannot start or go on; the text is one sentence for the person at the shell."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code
