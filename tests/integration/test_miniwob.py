"""The benchmark's runner against the real pages: problems, seeds and rewards are the pages' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cdp import CdpPage
from bench.miniwob import episode, pages
from bench.miniwob.episode import NOT_DONE, WRONG, Answer
from bench.miniwob.tasks import NO_REASONING
from tests.integration.conftest import NewSession


@pytest.fixture(scope="module")
def html() -> Path:
    return pages.unpacked()


@pytest.fixture(scope="module")
def base_url(html: Path) -> Iterator[str]:
    with pages.served(html) as url:
        yield url


@pytest.fixture
def page(new_session: NewSession) -> Iterator[CdpPage]:
    with CdpPage(new_session().connect_url) as opened:
        yield opened


DONE = {"success": True, "data": {}}


def click_by_script(page: CdpPage, quoted_name_in: str) -> Answer:
    name = quoted_name_in.split('"')[1]
    page.evaluate(
        f"[...document.querySelectorAll('button')].find(b => b.textContent == '{name}').click()"
    )
    return DONE


def test_every_listed_task_has_a_page(html: Path) -> None:
    known = pages.task_names(html)

    assert set(known) >= NO_REASONING
    assert len(known) == 130


def test_what_the_utterance_asks_for_earns_the_pages_full_reward(
    page: CdpPage, base_url: str
) -> None:
    outcome = episode.run(
        page, base_url, "click-button", 3, lambda utterance: click_by_script(page, utterance)
    )

    assert (outcome.solved, outcome.reward, outcome.error) == (True, 1.0, None)


def test_the_wrong_thing_is_wrong_and_nothing_is_not_done(page: CdpPage, base_url: str) -> None:
    refusal = {"success": False, "error": {"code": "TARGET_NOT_FOUND"}}

    wrong = episode.run(page, base_url, "click-test-2", 0, lambda _: click_by_script(page, '"TWO"'))
    nothing = episode.run(page, base_url, "click-test-2", 0, lambda _: DONE)
    refused = episode.run(page, base_url, "click-test-2", 0, lambda _: refusal)

    assert (wrong.reward, wrong.error) == (-1.0, WRONG)
    assert (nothing.reward, nothing.error) == (0.0, NOT_DONE)
    assert (refused.reward, refused.error) == (0.0, "TARGET_NOT_FOUND")


def test_a_seed_gives_the_same_problem_each_time(page: CdpPage, base_url: str) -> None:
    def utterances(seed: int) -> set[str]:
        runs = [episode.run(page, base_url, "enter-text", seed, lambda _: DONE) for _ in range(3)]
        return {run.utterance for run in runs}

    assert len(utterances(1)) == 1
    assert utterances(1) != utterances(2)
