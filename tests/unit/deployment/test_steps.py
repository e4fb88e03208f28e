from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from deployment.steps import ROOT, Step, StepFailed, run_command, run_steps, script_of

STEPS = [Step("first", ("echo", "a b")), Step("second", ("false",)), Step("third", ("echo", "c"))]
VARIABLES = {"AWS_REGION": "eu-central-1"}


class Shell:
    """Runs nothing: what it was asked, and the exit codes it answers."""

    def __init__(self, **codes: int) -> None:
        self.codes = codes
        self.ran: list[tuple[str, ...]] = []

    def __call__(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        assert variables == VARIABLES
        self.ran.append(tuple(command))
        return self.codes.get(command[0], 0)


def test_steps_run_in_order_and_are_told() -> None:
    shell, told = Shell(), list[str]()

    run_steps(STEPS, VARIABLES, shell, told.append)

    assert shell.ran == [step.command for step in STEPS]
    assert told[0] == "[1/3] first: echo 'a b'"


def test_after_a_failure_nothing_more_is_run() -> None:
    shell = Shell(false=7)

    with pytest.raises(StepFailed, match=r"^second failed \(exit code 7\): false$") as failed:
        run_steps(STEPS, VARIABLES, shell, lambda _line: None)
    assert failed.value.exit_code == 7
    assert len(shell.ran) == 2


def test_the_script_is_one_that_a_shell_takes() -> None:
    script = script_of([STEPS[0]], {"NAME": "it's"})

    done = subprocess.run(
        ["sh", "-c", script + 'echo "$NAME"'], capture_output=True, text=True, check=True
    )
    assert done.stdout == "a b\nit's\n"


def test_a_command_runs_in_the_repository_with_its_variables() -> None:
    assert run_command(("sh", "-c", 'test -f wallcrawler && test "$X" = y'), {"X": "y"}) == 0
    assert run_command(("sh", "-c", "exit 3"), {}) == 3


class TestProgram:
    """Each step that asks AWS, as an operator runs it who has no credentials."""

    COMMANDS = (
        ("buckets", "empty", "development", "--region", "eu-central-1"),
        ("canary", "status", "development", "--region", "eu-central-1"),
        ("functions", "development", "--region", "eu-central-1"),
        ("push", "development", "--region", "eu-central-1", "--tag", "v7"),
        ("smoke", "development", "--region", "eu-central-1"),
        ("stage_config", "development", "--region", "eu-central-1"),
        ("tasks", "stop", "development", "--region", "eu-central-1"),
    )

    @pytest.mark.parametrize("command", COMMANDS, ids=[command[0] for command in COMMANDS])
    def test_what_aws_refuses_is_one_line(self, command: tuple[str, ...]) -> None:
        module, *arguments = command

        done = subprocess.run(
            [sys.executable, "-m", f"deployment.{module}", *arguments],
            cwd=ROOT,
            env={
                "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert done.stderr == "wallcrawler: AWS: Unable to locate credentials\n"
