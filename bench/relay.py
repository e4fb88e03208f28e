"""`/cdp` under load: round trips, messages a second, large results, large commands."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from bench.candidates import (
    DIRECT,
    HTTP_PROXY,
    WALLCRAWLER,
    NodeScripts,
    direct_chromium,
    http_proxies,
    wallcrawler_sessions,
)
from bench.edition import Edition
from bench.report import Row


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of traffic and what is read off it."""

    mode: str
    count: int
    size: int
    rows: tuple[tuple[str, str, Callable[[dict[str, Any]], float]], ...]
    """Title, unit, and how the client's answer becomes one number."""
    compress: bool = False
    """Whether the client offers to compress what it sends, as Playwright does."""

    def arguments(self, urls: list[str]) -> list[str]:
        """For `cdp_client.mjs`."""
        options = ["--compress"] if self.compress else []
        return [*options, self.mode, str(self.count), str(self.size), *urls]


def _p50(answer: dict[str, Any]) -> float:
    return float(median(answer["times"]))


def _p99(answer: dict[str, Any]) -> float:
    return float(quantiles(answer["times"], n=100)[98])


def _rate(answer: dict[str, Any]) -> float:
    return float(answer["rate"])


def _loads(sessions: int) -> list[Load]:
    scale = 1 if sessions == 1 else 10
    at_once = "" if sessions == 1 else f", {sessions} sessions at once"
    loads = [
        Load("rtt", 2000 // scale, 0, (
            (f"round trip p50{at_once}", "ms", _p50),
            (f"round trip p99{at_once}", "ms", _p99),
        )),
        Load("pipelined", 20_000 // scale, 0, (
            (f"messages, 64 in flight each{at_once}", "/s", _rate),
        )),
    ]  # fmt: skip
    if sessions == 1:
        loads += [
            Load("results", 60, 1_000_000, (("results of 1 MB", "MB/s", _rate),)),
            *_uploads(2, 8),
            *_uploads(1, 16),
        ]
    return loads


def _uploads(count: int, megabytes: int) -> list[Load]:
    """Large commands; of clients that offer compression too: Chromium's port accepts it."""
    title = f"command of {megabytes} MB"
    offered = f"{title}, compression offered as Playwright does"
    size = megabytes * 1_000_000
    return [
        Load("uploads", count, size, ((title, "s", _p50),)),
        Load("uploads", count, size, ((offered, "s", _p50),), compress=True),
    ]


def measure(edition: Edition, rounds: int, sessions: int) -> Iterator[Row]:
    """All rows for so many sessions at once; candidates take turns within each round."""
    scripts = NodeScripts()
    with _candidates(edition, scripts, sessions) as candidates:
        for load in _loads(sessions):
            answers: dict[str, list[dict[str, Any]]] = {name: [] for name in candidates}
            for _ in range(rounds):
                for name in random.sample(list(candidates), len(candidates)):
                    arguments = load.arguments(candidates[name])
                    answers[name].append(scripts.run("cdp_client.mjs", *arguments))
            for title, unit, reduce in load.rows:
                yield Row(
                    title,
                    unit,
                    {
                        name: median(reduce(answer) for answer in rounds_of)
                        for name, rounds_of in answers.items()
                    },
                )


def beside_flood(edition: Edition, rounds: int) -> Iterator[Row]:
    """Round trips of one client while another of its session is flooded with events."""
    scripts = NodeScripts()
    modes = {
        "none": "round trip p50, nobody beside",
        "reads": "round trip p50 beside a flooded client that reads",
        "stalls": "round trip p50 beside a flooded client that stalls",
    }
    with _candidates(edition, scripts, 1) as candidates:
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            pairs = [(mode, name) for mode in modes for name in candidates]
            for mode, name in random.sample(pairs, len(pairs)):
                answer = scripts.run("beside_flood.mjs", "1000", mode, candidates[name][0])
                times.setdefault((mode, name), []).append(_p50(answer))
    for mode, title in modes.items():
        yield Row(title, "ms", {name: median(times[mode, name]) for name in candidates})


@contextmanager
def _candidates(
    edition: Edition, scripts: NodeScripts, sessions: int
) -> Iterator[dict[str, list[str]]]:
    with (
        direct_chromium(sessions) as direct,
        http_proxies(scripts, direct) as proxied,
        wallcrawler_sessions(edition, sessions) as ours,
    ):
        yield {DIRECT: direct, HTTP_PROXY: proxied, WALLCRAWLER: ours}
