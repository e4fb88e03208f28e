"""Steps of a deployment: each is one command, that a person could type in the repository."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployment.config import with_environment

ROOT = Path(__file__).parents[1]
PYTHON = ".venv/bin/python"


@dataclass(frozen=True, slots=True)
class Step:
    """One command; running it again after it was done is harmless."""

    title: str
    command: tuple[str, ...]

    @property
    def line(self) -> str:
        """For a shell in the repository."""
        return shlex.join(self.command)


class StepFailed(Exception):
    """A command has failed; it has said why itself."""

    def __init__(self, step: Step, exit_code: int) -> None:
        super().__init__(f"{step.title} failed (exit code {exit_code}): {step.line}")
        self.exit_code = exit_code


Run = Callable[[Sequence[str], Mapping[str, str]], int]
"""Runs a command in the repository, with more variables; its exit code."""
Say = Callable[[str], object]


def run_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run with this process' input and output."""
    return subprocess.call(list(command), cwd=ROOT, env=with_environment(variables))


def run_steps(
    steps: Sequence[Step],
    variables: Mapping[str, str],
    run: Run = run_command,
    say: Say | None = None,
) -> None:
    """Run all steps in order.

    Args:
        steps: in order.
        variables: what every command's environment has besides ours.
        run: runs one.
        say: gets lines for people.

    Raises:
        StepFailed: of the first that fails; no later one is run.
    """
    tell = say if say is not None else to_stderr
    for number, step in enumerate(steps, 1):
        tell(f"[{number}/{len(steps)}] {step.title}: {step.line}")
        code = run(step.command, variables)
        if code != 0:
            raise StepFailed(step, code)


def script_of(steps: Sequence[Step], variables: Mapping[str, str]) -> str:
    """The steps as a shell script: what a dry run prints."""
    lines = ["set -e"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    for step in steps:
        lines += ["", f"# {step.title}", step.line]
    return "\n".join(lines) + "\n"


def exit_code_of(main: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Run a program that is a step; what AWS refuses it is one line, and not a traceback."""
    # Late: not every step needs AWS's SDK.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return main(arguments)
    except (BotoCoreError, ClientError) as error:
        to_stderr(f"AWS: {error}")
        return 1


def to_stderr(line: str) -> None:
    """One line for the person who deploys."""
    sys.stderr.write(f"wallcrawler: {line}\n")
    sys.stderr.flush()
