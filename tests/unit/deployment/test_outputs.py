from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from deployment.outputs import (
    NoStack,
    OutputsMissing,
    add_options,
    check_outputs,
    outputs_of,
    outputs_of_file,
    outputs_of_stack,
)
from tests.fakes.aws_clients import FakeAws


class OneStack:
    def __init__(self, **stack: Any) -> None:
        self.stack = stack

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName == "wallcrawler-production"
        return {"Stacks": [self.stack]}


def test_a_file_of_the_cdk_cli_is_read(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"wallcrawler-production": {"A": "b"}, "other": {"A": "c"}}))

    assert outputs_of_file(path, "production") == {"A": "b"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"wallcrawler-production": null}'])
def test_a_file_about_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(text)

    with pytest.raises(OutputsMissing, match="no outputs of the stack wallcrawler-production"):
        outputs_of_file(path, "production")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputsMissing, match="there is no file"):
        outputs_of_file(tmp_path / "outputs.json", "production")


def test_cloudformations_outputs_are_read() -> None:
    stack = OneStack(Outputs=[{"OutputKey": "A", "OutputValue": "b", "Description": "c"}])

    assert outputs_of_stack(stack, "production") == {"A": "b"}
    assert outputs_of_stack(OneStack(), "production") == {}


def test_a_stack_that_is_not_there_is_named() -> None:
    with pytest.raises(NoStack, match="no stack wallcrawler-production"):
        outputs_of_stack(FakeAws(stacks={}), "production")


def test_a_command_line_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"wallcrawler-development": {"A": "b"}}))
    parser = argparse.ArgumentParser()
    add_options(parser)

    options = parser.parse_args(["development", "--outputs", str(path)])

    assert outputs_of(options) == {"A": "b"}


def test_everything_that_is_missing_is_named() -> None:
    with pytest.raises(OutputsMissing, match=r"no output B, C$"):
        check_outputs({"A": "a", "B": ""}, frozenset({"C", "A", "B"}))
