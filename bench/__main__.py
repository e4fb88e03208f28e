"""`./wallcrawler bench [--rounds N] [--only NAME ...]`: prints a Markdown table as it goes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator

from bench import acts, coldstart, footprint, relay, report, starts
from bench.edition import Edition
from bench.report import Row

_SUITES = ("start", "sessions", "acts", "relay", "relay20", "flood", "memory", "coldstart")
_CREATIONS_A_ROUND = 5
_ACTS_A_ROUND = 10
_COLD_STARTS_A_ROUND = 4


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="wallcrawler bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds (default 5)")
    parser.add_argument("--only", nargs="+", choices=_SUITES, default=list(_SUITES))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)  # so that the browsers started here are ended
    print(f"Measured on {report.machine()}; medians of {options.rounds} rounds.\n")
    print(report.heading(), flush=True)
    for row in _rows(options.rounds, options.only):
        print(report.line(row), flush=True)
    return 0


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _rows(rounds: int, suites: list[str]) -> Iterator[Row]:
    if "start" in suites:
        yield from starts.second_start(rounds)
    if "coldstart" in suites:
        yield from coldstart.measure(rounds * _COLD_STARTS_A_ROUND)
    if set(suites) - {"start", "coldstart"}:
        yield from _rows_of_an_edition(rounds, suites)


def _rows_of_an_edition(rounds: int, suites: list[str]) -> Iterator[Row]:
    with Edition("--max-sessions", "24") as edition:
        if "sessions" in suites:
            yield from starts.measure(edition, rounds * _CREATIONS_A_ROUND)
        if "acts" in suites:
            yield from acts.measure(edition, rounds * _ACTS_A_ROUND)
            yield from acts.find_among_many(edition, rounds * _ACTS_A_ROUND)
        if "relay" in suites:
            yield from relay.measure(edition, rounds, sessions=1)
        if "relay20" in suites:
            yield from relay.measure(edition, rounds, sessions=20)
        if "flood" in suites:
            yield from relay.beside_flood(edition, rounds)
        if "memory" in suites:
            yield from footprint.measure(edition)


if __name__ == "__main__":
    sys.exit(main())
