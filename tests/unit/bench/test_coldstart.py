from __future__ import annotations

from bench.coldstart import _by_package

IMPORTTIME = """
import time: self [us] | cumulative | imported package
import time:      1500 |       1500 |   chalice.app
import time:       500 |       2000 | chalice
import time:       100 |        100 |         email.message
{"level": "INFO", "event": "request | 7 | x"}
import time:       300 |        400 |       email.parser
"""


def test_own_times_are_summed_by_top_level_package() -> None:
    assert _by_package(IMPORTTIME) == [("chalice", 2.0), ("email", 0.4)]
