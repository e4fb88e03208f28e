"""Bounded waiting for what announces itself to nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long anything that has to come may take: it matters only where it does not come."""
_LOOK_AGAIN_SECONDS = 0.02


def wait_until(
    condition: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS
) -> T:
    """Look again and again until `condition` is true; its value.

    Raises:
        AssertionError: it never was within `seconds`; the text names `what`.
    """
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        pause.wait(_LOOK_AGAIN_SECONDS)
    return found
