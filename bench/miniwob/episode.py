"""One problem, from its seed to its reward."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

FULL_REWARD = 1.0
_EPISODE_MS = 60_000
"""The tasks' own limits (10 s mostly) are for agents that learn; a busy machine may need more."""
_REWARD_MS = 1_000
"""A page may look at what was done only after an animation."""

_START = f"""new Promise((resolve, reject) => {{
  core.endEpisode(0);
  Math.seedrandom(%d);
  core.EPISODE_MAX_TIME = {_EPISODE_MS};
  core.startEpisodeReal();
  const look = () => WOB_TASK_READY ? resolve(core.getUtterance()) : setTimeout(look, 20);
  look();
}})"""
"""As the `SeleniumInstance` of the miniwob package starts a problem; the value is its utterance."""

_REWARD = f"""new Promise(resolve => {{
  const until = performance.now() + {_REWARD_MS};
  const look = () => WOB_DONE_GLOBAL || performance.now() > until
    ? resolve({{done: WOB_DONE_GLOBAL, reward: WOB_RAW_REWARD_GLOBAL}}) : setTimeout(look, 20);
  look();
}})"""
"""Waits for the end of the problem, if it has not come yet; without the discount for time."""

NOT_DONE = "not done"
WRONG = "wrong"


class Browser(Protocol):
    """What an episode needs of a page."""

    def navigate(self, url: str) -> None:
        """Go somewhere and wait until it has loaded."""

    def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression, promises awaited."""


Answer = Mapping[str, Any]
"""The envelope of `POST /sessions/{id}/act`."""
Act = Callable[[str], Answer]
"""Does what an instruction says."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an episode ended."""

    task: str
    seed: int
    utterance: str
    reward: float
    """The page's own, from -1 to 1."""
    error: str | None
    """Why the full reward was not given: the code of act's error, `wrong`, or `not done`."""
    milliseconds: float
    """What `act` took."""
    answer: Answer

    @property
    def solved(self) -> bool:
        """Whether the page was satisfied in full."""
        return self.reward >= FULL_REWARD


def run(page: Browser, base_url: str, task: str, seed: int, act: Act) -> Outcome:
    """Load the task's page afresh, start the seed's problem, let `act` solve it.

    Args:
        page: the page that `act` acts on.
        base_url: as of `pages.served`.
        task: its name.
        seed: for the page's random numbers.
        act: is given the utterance, character by character.
    """
    page.navigate(f"{base_url}{task}.html")
    started = page.evaluate(_START % seed)
    utterance = str(started["utterance"] if isinstance(started, dict) else started)
    began = time.perf_counter()
    answer = act(utterance)
    milliseconds = (time.perf_counter() - began) * 1000
    end = page.evaluate(_REWARD)
    reward = float(end["reward"])
    error = None if reward >= FULL_REWARD else _error(answer, bool(end["done"]))
    return Outcome(task, seed, utterance, reward, error, milliseconds, answer)


def _error(answer: Answer, done: bool) -> str:
    if not answer["success"]:
        return str(answer["error"]["code"])
    return WRONG if done else NOT_DONE
