"""`./wallcrawler bench [--rounds N] [--only NAME ...]`: prints a Markdown table as it goes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Mapping

from bench import acts, coldstart, footprint, relay, report, screencast, starts, websocket_api
from bench.edition import Edition
from bench.report import Row

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
    if set(suites) & _IN_AN_EDITION.keys():
        yield from _rows_of_an_edition(rounds, suites)


def _rows_of_an_edition(rounds: int, suites: list[str]) -> Iterator[Row]:
    with Edition("--max-sessions", "24") as edition:
        for name, measure in _IN_AN_EDITION.items():
            if name in suites:
                yield from measure(edition, rounds)


def _acts(edition: Edition, rounds: int) -> Iterator[Row]:
    yield from acts.measure(edition, rounds * _ACTS_A_ROUND)
    yield from acts.find_among_many(edition, rounds * _ACTS_A_ROUND)


_IN_AN_EDITION: Mapping[str, Callable[[Edition, int], Iterator[Row]]] = {
    "sessions": lambda edition, rounds: starts.measure(edition, rounds * _CREATIONS_A_ROUND),
    "acts": _acts,
    "relay": lambda edition, rounds: relay.measure(edition, rounds, sessions=1),
    "relay20": lambda edition, rounds: relay.measure(edition, rounds, sessions=20),
    "flood": relay.beside_flood,
    "memory": lambda edition, _rounds: footprint.measure(edition),
    "websocket": websocket_api.measure,
    "screencast": screencast.measure,
    "screencast20": lambda edition, _rounds: screencast.many(edition),
}
"""What is measured on one running edition, in this order."""
_SUITES = ("start", "coldstart", *_IN_AN_EDITION)


if __name__ == "__main__":
    sys.exit(main())
