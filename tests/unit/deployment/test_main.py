"""The whole command, with a shell that runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from deployment.__main__ import EXIT_MISSING, EXIT_USAGE, main
from tests.fakes.aws_clients import ACCOUNT, FakeAws

DEVELOPMENT = ["deploy", "development", "eu-central-1", "--tag", "v7"]


class Shell:
    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.ran: list[str] = []

    def __call__(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        assert variables == {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
        self.ran.append(" ".join(command))
        return 1 if self.failing and self.failing in self.ran[-1] else 0


@pytest.fixture(autouse=True)
def _a_builder_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    (folder / "buildah").write_text("#!/bin/sh\n")
    (folder / "buildah").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_dry_run_prints_every_step_and_runs_none(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()

    code = main([*DEVELOPMENT, "--dry-run"], FakeAws(stacks={}), shell)

    script = capsys.readouterr().out
    assert (code, shell.ran) == (0, [])
    assert script.startswith("set -e\nexport AWS_REGION=eu-central-1\n")
    assert f"aws://{ACCOUNT}/eu-central-1" in script
    real = Shell()
    main(DEVELOPMENT, FakeAws(stacks={}), real)
    assert [line for line in script.splitlines() if line.startswith((".venv", "./"))] == real.ran


def test_a_dry_run_needs_no_credentials_but_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*DEVELOPMENT, "--dry-run"], FakeAws(credentials=False), Shell())

    said = capsys.readouterr()
    assert code == 0
    assert "aws://ACCOUNT/eu-central-1" in said.out
    assert "AWS cannot be asked" in said.err


def test_with_something_missing_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()

    assert main(DEVELOPMENT, FakeAws(credentials=False), shell) == EXIT_MISSING
    assert shell.ran == []
    assert "AWS_PROFILE" in capsys.readouterr().err


def test_a_failure_ends_it_and_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(failing="deployment.functions")

    assert main(DEVELOPMENT, FakeAws(), shell) == 1
    assert "deployment.functions" in shell.ran[-1]
    said = capsys.readouterr().err
    assert "functions failed (exit code 1)" in said
    assert "goes on from here" in said


def test_a_second_run_is_the_same_again() -> None:
    first, second = Shell(), Shell()

    for shell in (first, second):
        assert main(DEVELOPMENT, FakeAws(), shell) == 0
    assert first.ran == second.ran


def test_destroying_is_a_plan_of_its_own() -> None:
    shell = Shell()

    assert main(["destroy", "development", "eu-central-1"], FakeAws(), shell) == 0
    assert shell.ran[0] == ".venv/bin/chalice delete --stage development"


def test_a_wrong_command_line_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "development", "nowhere"], FakeAws(), Shell()) == EXIT_USAGE
    assert "nowhere is no AWS region" in capsys.readouterr().err
