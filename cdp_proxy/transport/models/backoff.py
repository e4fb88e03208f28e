"""How long to wait before a model is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Protocol

from shared.clock import system_clock

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 20.0
RETRIES_MAX = 5


class _Headers(Protocol):
    def get(self, name: str) -> str | None: ...


def wait_seconds(retry: int, retry_after_seconds: float | None, random: float) -> float:
    """Before retry number `retry` (from 0): what the service asked for, else anything up to a bound
    that doubles (full jitter: many sessions that failed together do not come back together).

    Args:
        retry: how many there have been.
        retry_after_seconds: as the service said; some of the jitter is added to it.
        random: from 0 to 1.
    """
    bound = min(_LONGEST_SECONDS, _FIRST_SECONDS * (1 << retry))
    if retry_after_seconds is None:
        return random * bound
    return retry_after_seconds + random * _FIRST_SECONDS


def parse_retry_after(
    headers: _Headers | Mapping[str, str], now: float | None = None
) -> float | None:
    """Seconds of `retry-after-ms` (OpenAI's and Azure's) or `Retry-After` (RFC 9110 §10.2.3).

    Args:
        headers: names in any case.
        now: epoch seconds; the system's clock by default.

    Returns:
        At least 0; None when neither is there or makes sense.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1_000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        date = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, date - (system_clock() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
