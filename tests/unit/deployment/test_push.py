from __future__ import annotations

from collections.abc import Sequence

import pytest

from deployment.push import main, run_with_input
from image.__main__ import _parser
from tests.fakes.aws_clients import FakeAws
from tests.fakes.stack_outputs import make_outputs

ARGUMENTS = ["production", "--region", "eu-central-1", "--tag", "v7"]


class Shell:
    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.command: list[str] = []
        self.text = ""

    def __call__(self, command: Sequence[str], text: str) -> int:
        self.command, self.text = list(command), text
        return self.code


def test_the_image_is_pushed_to_the_stacks_registry_under_its_tag() -> None:
    shell = Shell()

    assert main(ARGUMENTS, FakeAws(), shell) == 0
    repository = make_outputs()["RepositoryUri"]
    assert shell.command == [
        *("./wallcrawler", "image", "--browser", "headless-shell"),
        *("--tag", f"{repository}:v7", "--push", "--login", "AWS"),
    ]


def test_the_command_is_one_that_image_takes() -> None:
    shell = Shell()

    main(ARGUMENTS, FakeAws(), shell)

    options = _parser().parse_args(shell.command[2:])
    assert (options.push, options.login) == (True, "AWS")
    assert options.tag.endswith("/wallcrawler-production:v7")


def test_the_password_is_on_no_command_line() -> None:
    shell = Shell()

    main(ARGUMENTS, FakeAws(), shell)

    assert shell.text == "a-password"
    assert "a-password" not in " ".join(shell.command)


def test_what_was_pushed_before_is_not_built_again(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()

    assert main(ARGUMENTS, FakeAws(images={"v7"}), shell) == 0
    assert shell.command == []
    assert "v7 is there already" in capsys.readouterr().err


def test_a_failed_build_is_a_failed_step() -> None:
    assert main(ARGUMENTS, FakeAws(), Shell(4)) == 4


def test_without_a_registry_nothing_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell()

    assert main(ARGUMENTS, FakeAws(outputs={}), shell) == 1
    assert shell.command == []
    assert "no output RepositoryUri" in capsys.readouterr().err


def test_a_program_reads_its_input() -> None:
    assert run_with_input(["sh", "-c", 'test "$(cat)" = secret'], "secret") == 0
