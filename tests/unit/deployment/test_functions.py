"""With a Chalice that only remembers; the real one: tests/functional/deployment/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from deployment.functions import main
from deployment.stage_config import CONFIG
from tests.fakes.stack_outputs import make_outputs


class Chalice:
    """Makes an API at its first deployment; what the stage was told at each."""

    def __init__(self, project: Path, exit_code: int = 0) -> None:
        self.project = project
        self.exit_code = exit_code
        self.told: list[str | None] = []

    def __call__(self, command: Sequence[str], _variables: Mapping[str, str]) -> int:
        assert command[1:] == [
            *("--project-dir", str(self.project), "deploy", "--stage", "production")
        ]
        folder = self.project / ".chalice"
        stage = json.loads((folder / "config.json").read_text())["stages"]["production"]
        self.told.append(stage["environment_variables"].get("WS_PUBLIC_URL"))
        if self.exit_code == 0:
            self.remember("wss://b.example/production/")
        return self.exit_code

    def remember(self, url: str) -> None:
        resources = [
            {"name": "rest_api", "rest_api_url": "https://a.example/production/"},
            {"name": "websocket_api", "websocket_api_url": url},
        ]
        folder = self.project / ".chalice" / "deployed"
        folder.mkdir(exist_ok=True)
        (folder / "production.json").write_text(json.dumps({"resources": resources}))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(CONFIG.read_text())
    return tmp_path


@pytest.fixture
def arguments(project: Path) -> list[str]:
    outputs = project / "outputs.json"
    outputs.write_text(json.dumps({"wallcrawler-production": make_outputs()}))
    return ["production", "--outputs", str(outputs), "--project", str(project)]


def test_the_first_deployment_ends_with_functions_that_know_the_websocket_api(
    project: Path, arguments: list[str]
) -> None:
    chalice = Chalice(project)

    assert main(arguments, chalice) == 0
    assert chalice.told == [None, "wss://b.example/production"]


def test_a_later_one_is_made_once(project: Path, arguments: list[str]) -> None:
    main(arguments, Chalice(project))
    again = Chalice(project)

    assert main(arguments, again) == 0
    assert again.told == ["wss://b.example/production"]


def test_an_api_that_has_been_made_anew_is_told(project: Path, arguments: list[str]) -> None:
    main(arguments, Chalice(project))
    again = Chalice(project)
    again.remember("wss://old.example/production")

    assert main(arguments, again) == 0
    assert again.told == ["wss://old.example/production", "wss://b.example/production"]


def test_chalices_failure_is_the_commands(project: Path, arguments: list[str]) -> None:
    chalice = Chalice(project, exit_code=3)

    assert main(arguments, chalice) == 3
    assert len(chalice.told) == 1


def test_what_the_stack_does_not_tell_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chalice = Chalice(project)

    code = main(["production", "--outputs", "nowhere.json", "--project", str(project)], chalice)

    assert (code, chalice.told) == (1, [])
    assert "there is no file nowhere.json" in capsys.readouterr().err
