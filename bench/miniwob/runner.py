"""All episodes, over a few sessions at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from bench.cdp import CdpPage
from bench.edition import Edition
from bench.miniwob import episode
from bench.miniwob.episode import Act, Answer, Outcome

_ACT_MS = 20_000
_EPISODE_SECONDS = 120.0
"""Longer than the longest: an act, its answer, and the reward."""

Job = tuple[str, int]
"""A task and a seed."""


def run_all(
    edition: Edition, base_url: str, episodes: Sequence[Job], jobs: int
) -> Iterator[Outcome]:
    """Run episodes; outcomes as they come.

    Args:
        edition: has room for `jobs` sessions.
        base_url: as of `pages.served`.
        episodes: what to run.
        jobs: sessions at once.
    """
    todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in episodes:
        todo.put(job)
    done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
    workers = [
        threading.Thread(target=_work, args=(edition, base_url, todo, done.put), daemon=True)
        for _ in range(jobs)
    ]
    for worker in workers:
        worker.start()
    for _ in episodes:
        outcome = done.get(timeout=_EPISODE_SECONDS)
        if isinstance(outcome, BaseException):
            raise outcome
        yield outcome
    for worker in workers:
        worker.join()


def rest_act(edition: Edition, session_id: str) -> Act:
    """`act` over REST."""

    def act(instruction: str) -> Answer:
        body = {"instruction": instruction, "timeoutMs": _ACT_MS}
        _, envelope = edition.post(f"/sessions/{session_id}/act", body)
        answer: Answer = envelope
        return answer

    return act


def _work(
    edition: Edition,
    base_url: str,
    todo: queue.SimpleQueue[Job],
    report: Callable[[Outcome | BaseException], None],
) -> None:
    try:
        session = edition.create()
        act = rest_act(edition, session.id)
        with CdpPage(session.connect_url) as page:
            for task, seed in _taken(todo):
                report(episode.run(page, base_url, task, seed, act))
        edition.delete(session)
    except Exception as error:
        report(error)  # raised by whoever waits for the outcomes


def _taken(todo: queue.SimpleQueue[Job]) -> Iterator[Job]:
    while not todo.empty():
        try:
            yield todo.get_nowait()
        except queue.Empty:
            return
