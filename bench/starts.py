"""How long users wait: create, connect, first evaluate; and the edition's own start."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Playwright, sync_playwright

from bench.candidates import WALLCRAWLER
from bench.edition import Edition
from bench.report import Row

_SETTLE_SECONDS = 0.7
"""Between creations, so that the warm pool is full again: the figure is about a warm start."""
_COLD_BODY: dict[str, object] = {"browserSettings": {"timezoneId": "Europe/Berlin"}}
"""Settings that no waiting browser has: a new one is started for the session."""


def measure(edition: Edition, rounds: int) -> Iterator[Row]:
    """Create → Playwright connected → first evaluate, warm and cold."""
    with sync_playwright() as playwright:
        bodies: dict[str, dict[str, object]] = {"warm": {}, "cold": _COLD_BODY}
        for kind, body in bodies.items():
            samples = [_one(edition, playwright, body) for _ in range(rounds)]
            for name, at in (
                ("POST /sessions", 0),
                ("create → Playwright connected", 1),
                ("create → first evaluate", 2),
            ):
                times = [sample[at] * 1000 for sample in samples]
                yield Row(f"{kind}: {name}, p50", "ms", {WALLCRAWLER: median(times)})
                p95 = quantiles(times, n=20)[18] if len(times) > 1 else times[0]
                yield Row(f"{kind}: {name}, p95", "ms", {WALLCRAWLER: p95})


def second_start(rounds: int) -> Iterator[Row]:
    """From exec to the ready line, when all is installed."""
    times = []
    with tempfile.TemporaryDirectory(prefix="wc-bench-") as folder:
        for _ in range(rounds):
            with Edition(state_dir=Path(folder) / "state") as edition:
                times.append(edition.ready_seconds)
    yield Row("start of the whole edition", "s", {WALLCRAWLER: median(times)})


def _one(
    edition: Edition, playwright: Playwright, body: dict[str, object]
) -> tuple[float, float, float]:
    time.sleep(_SETTLE_SECONDS)
    began = time.perf_counter()
    session = edition.create(**body)
    created = time.perf_counter()
    browser = playwright.chromium.connect_over_cdp(session.connect_url)
    connected = time.perf_counter()
    assert browser.contexts[0].pages[0].evaluate("6 * 7") == 42
    evaluated = time.perf_counter()
    browser.close()
    edition.delete(session)
    return created - began, connected - began, evaluated - began
