from __future__ import annotations

import pytest

from deployment.tasks import main, stop_tasks
from shared.aws_names import BURST_TASKS, CANARY_TASKS
from tests.fakes.aws_clients import FakeAws


def test_all_pages_of_a_kind_are_stopped() -> None:
    aws = FakeAws(tasks={BURST_TASKS: ["one", "two", "three"], CANARY_TASKS: ["four"]})

    assert stop_tasks(aws, "cluster", BURST_TASKS, "why") == 3
    assert aws.stopped == ["one", "two", "three"]


def test_both_kinds_are_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    aws = FakeAws(tasks={BURST_TASKS: ["one"], CANARY_TASKS: ["two"]})

    assert main(["stop", "production", "--region", "eu-central-1"], aws) == 0
    assert aws.stopped == ["one", "two"]
    assert "1 tasks of wallcrawler-burst" in capsys.readouterr().err


def test_without_a_cluster_there_is_nothing_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "production", "--region", "eu-central-1"], FakeAws(outputs={})) == 1
    assert "no cluster" in capsys.readouterr().err


def test_without_a_stack_there_is_nothing_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """`destroy` again, after it was interrupted."""
    assert main(["stop", "production", "--region", "eu-central-1"], FakeAws(stacks={})) == 0
    assert "there is no stack wallcrawler-production" in capsys.readouterr().err
