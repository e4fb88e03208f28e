from __future__ import annotations

import time

from shared.clock import system_clock


def test_the_system_clock_says_epoch_seconds() -> None:
    before = time.time()

    now = system_clock()

    assert before <= now <= time.time()
