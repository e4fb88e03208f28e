"""Outcomes as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

from bench.miniwob.episode import Outcome
from bench.miniwob.tasks import NO_REASONING

HEADING = """\
| task | solved | seeds | mean reward | most common failure | median ms |
|---|---:|---:|---:|---|---:|"""


def line(task: str, outcomes: Sequence[Outcome]) -> str:
    """One task's row."""
    solved = sum(outcome.solved for outcome in outcomes)
    reward = sum(outcome.reward for outcome in outcomes) / len(outcomes)
    errors = Counter(outcome.error for outcome in outcomes if outcome.error)
    failure = " ".join(f"{code} ({times})" for code, times in errors.most_common(1))
    took = median(outcome.milliseconds for outcome in outcomes)
    return f"| {task} | {solved} | {len(outcomes)} | {reward:.2f} | {failure} | {took:.0f} |"


def summary(title: str, outcomes: Sequence[Outcome]) -> str:
    """How much of a group was solved, as one sentence."""
    solved = sum(outcome.solved for outcome in outcomes)
    tasks = len({outcome.task for outcome in outcomes})
    share = 100 * solved / len(outcomes)
    return f"**{title}: {solved} of {len(outcomes)} episodes, {share:.1f} %** ({tasks} tasks)"


def report(outcomes: Iterable[Outcome], machine: str) -> str:
    """The whole page: both groups, each with every task that was tried.

    Args:
        outcomes: all of them, in any order.
        machine: what they were measured on.
    """
    ordered = sorted(outcomes, key=lambda outcome: (outcome.task, outcome.seed))
    groups = (
        ("No reasoning needed", [o for o in ordered if o.task in NO_REASONING]),
        ("All other tasks", [o for o in ordered if o.task not in NO_REASONING]),
    )
    parts = [_INTRODUCTION.format(machine=machine)]
    for title, group in groups:
        if group:
            rows = [line(task, list(of)) for task, of in groupby(group, lambda o: o.task)]
            parts.append(f"## {title}\n\n{summary(title, group)}\n\n" + "\n".join([HEADING, *rows]))
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """\
# MiniWoB++

Written by `python -m bench.miniwob --report docs/miniwob.md`; not edited by hand.

Each episode loads the task's page afresh, starts the problem of its seed, sends the page's own
utterance to `POST /sessions/{{id}}/act` as it is, once, without a model, and reads the page's own
reward. **Solved** means a raw reward (without the discount for time) of 1, which is all a page
gives; what is done in part is only in the mean. The only change to the pages is their time limit:
60 s. A failure is the code of act's error; *wrong* when act did something else than was asked,
*not done* when the page still waits. Nothing in WallCrawler knows of these pages. What needs no
reasoning is said in `bench/miniwob/tasks.py`: all that the page waits for is in the utterance.

Measured on {machine}."""
