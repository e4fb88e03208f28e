"""`python -m bench.miniwob [--tasks NAME …] [--seeds N] [--jobs N] [--report FILE]`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import report as machine_report
from bench.edition import Edition
from bench.miniwob import pages, table
from bench.miniwob.episode import Outcome
from bench.miniwob.runner import Job, run_all
from bench.miniwob.tasks import NO_REASONING


def main() -> int:
    """Run what was asked for; failures on stderr as they come, the table at the end."""
    html = pages.unpacked()
    known = pages.task_names(html)
    options = _options(known)
    signal.signal(signal.SIGTERM, _leave)  # so that the edition started here is ended
    tasks = options.tasks or ([t for t in known if t in NO_REASONING] if options.listed else known)
    others = options.seeds if options.other_seeds is None else options.other_seeds
    episodes = [
        (task, seed)
        for task in tasks
        for seed in range(options.seeds if task in NO_REASONING else others)
    ]
    outcomes = _outcomes(html, episodes, options.jobs)
    text = table.report(outcomes, machine_report.machine())
    print(text)
    if options.answers:
        options.answers.write_text("".join(map(_json_line, outcomes)), encoding="utf-8")
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    return 0


def _options(known: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.miniwob", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=known, metavar="NAME", help="default: all")
    parser.add_argument("--listed", action="store_true", help="only those that need no reasoning")
    parser.add_argument("--seeds", type=int, default=20, help="episodes of each task (20)")
    parser.add_argument(
        "--other-seeds", type=int, metavar="N", help="of tasks that are not listed (as --seeds)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="sessions at once (2)")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="write every answer of act")
    parser.add_argument("--report", type=Path, metavar="FILE", help="also write the table there")
    return parser.parse_args()


def _outcomes(html: Path, episodes: Sequence[Job], jobs: int) -> list[Outcome]:
    outcomes = []
    with pages.served(html) as base_url, Edition("--max-sessions", str(jobs)) as edition:
        for outcome in run_all(edition, base_url, episodes, jobs):
            outcomes.append(outcome)
            if not outcome.solved:
                print(_failure(outcome), file=sys.stderr, flush=True)
    return outcomes


def _failure(outcome: Outcome) -> str:
    return f"{outcome.task} {outcome.seed}: {outcome.error} at {outcome.utterance!r}"


def _json_line(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome), ensure_ascii=False) + "\n"


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
