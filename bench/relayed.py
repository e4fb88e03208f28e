"""`python -m bench.relayed [ROUNDS]`: what it costs a client to come to the wrong container."""

from __future__ import annotations

import sys
from statistics import median, quantiles

from bench import report
from bench.candidates import NodeScripts
from bench.containers import Containers
from bench.redis_server import running_redis

_ROUNDS = 5
_LOADS = (
    ("rtt", "2000", "0", "round trip p50", "ms"),
    ("rtt", "2000", "0", "round trip p99", "ms"),
    ("pipelined", "20000", "0", "messages, 64 in flight", "/s"),
    ("results", "60", "1000000", "results of 1 MB", "MB/s"),
    ("uploads", "2", "8000000", "command of 8 MB", "s"),
)


def main(rounds: int) -> None:
    """Print a table; owner and relay take turns within each round."""
    print(f"Measured on {report.machine()}; medians of {rounds} rounds.\n")
    print("| what | at the owner | through another container | ratio |\n|---|---:|---:|---:|")
    scripts = NodeScripts()
    with running_redis() as url, Containers(url) as containers:
        both = [containers.start() for _ in range(2)]
        session = containers.open()
        owner = containers.owner_of(session)
        urls = [session.at(each) for each in sorted(both, key=lambda each: each.task_id != owner)]
        for mode, count, size, title, unit in _LOADS:
            figures: list[list[float]] = [[], []]
            for _ in range(rounds):
                for place, where in enumerate(urls):
                    answer = scripts.run("cdp_client.mjs", mode, count, size, where)
                    figures[place].append(_figure(answer, title))
            direct, relayed = (median(each) for each in figures)
            cells = (title, f"{direct:.3g} {unit}", f"{relayed:.3g} {unit}")
            print(f"| {' | '.join(cells)} | {relayed / direct:.2f} |", flush=True)


def _figure(answer: dict[str, list[float] | float], title: str) -> float:
    times = answer.get("times")
    if not isinstance(times, list):
        rate = answer["rate"]
        assert isinstance(rate, int | float)
        return float(rate)
    return float(quantiles(times, n=100)[98] if "p99" in title else median(times))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS)
