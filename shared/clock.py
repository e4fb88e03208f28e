"""The one place that reads the wall clock; everything else takes `now` as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Returns the current time in epoch seconds."""

system_clock: Clock = time.time
