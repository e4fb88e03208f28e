from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from deployment import options as module
from deployment.options import (
    Options,
    OptionsWrong,
    commit_tag,
    context_file,
    machine_architecture,
    parse_options,
)


@pytest.fixture(autouse=True)
def _no_region_and_no_kept_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "context_file", lambda name: tmp_path / f"{name}.json")


def test_environment_and_region_are_enough() -> None:
    options = parse_options(["development", "eu-central-1"])

    assert options == Options(
        environment="development",
        region="eu-central-1",
        tag=f"{commit_tag()}-{machine_architecture()}",
    )


def test_the_region_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-gov-west-1")

    assert parse_options(["production"]).region == "us-gov-west-1"


def test_everything_can_be_said() -> None:
    options = parse_options(
        [
            *("production", "eu-central-1", "--dry-run", "--tag", "v7", "--canary", "10"),
            *("-c", "publicHost=a.example", "--context", "alarmEmail=b@a.example"),
        ]
    )

    assert options == Options(
        environment="production",
        region="eu-central-1",
        tag="v7",
        context=("publicHost=a.example", "alarmEmail=b@a.example"),
        dry_run=True,
        canary=10,
    )


def test_the_context_that_is_kept_comes_first_so_that_the_command_line_wins(
    tmp_path: Path,
) -> None:
    (tmp_path / "production.json").write_text('{"publicHost": "a.example"}')

    options = parse_options(["production", "eu-central-1", "-c", "publicHost=b.example"])

    assert options.context == ("publicHost=a.example", "publicHost=b.example")


def test_a_kept_context_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "production.json").write_text("[]")

    with pytest.raises(OptionsWrong, match="is not a JSON object"):
        parse_options(["production", "eu-central-1"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["production"], "name a region, or set AWS_REGION"),
        (["production", "Frankfurt"], "Frankfurt is no AWS region"),
        (["production", "eu-central-1", "--tag", "a b"], "a b is no tag of an image"),
        (["production", "eu-central-1", "--canary", "0"], "--canary takes 1 to 99"),
        (["production", "eu-central-1", "--canary", "100"], "--canary takes 1 to 99"),
        (["production", "eu-central-1", "-c", "publicHost"], "publicHost is not key=value"),
        (["production", "eu-central-1", "--canary", "5", "--rollback"], "exclude one another"),
    ],
)
def test_what_cannot_be_followed_is_said(arguments: list[str], complaint: str) -> None:
    with pytest.raises(OptionsWrong, match=complaint):
        parse_options(arguments)


def test_all_complaints_come_at_once() -> None:
    with pytest.raises(OptionsWrong, match=r"set AWS_REGION; .* image; --canary takes 1 to 99\.$"):
        parse_options(["production", "--tag", "!", "--canary", "0"])


def test_an_unknown_environment_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["staging", "eu-central-1"])
    complaint = capsys.readouterr().err
    assert "development" in complaint
    assert "production" in complaint


def test_destroying_knows_no_canary(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["production", "eu-central-1", "--canary", "5"], destroying=True)
    assert "./wallcrawler destroy" in capsys.readouterr().err


def git(folder: Path, command: str) -> None:
    identity = ("-c", "user.name=-", "-c", "user.email=-")
    subprocess.run(["git", *identity, *command.split()], cwd=folder, check=True)


class TestTag:
    @pytest.fixture(autouse=True)
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "repository"
        folder.mkdir()
        monkeypatch.setattr(module, "ROOT", folder)
        (folder / "file").write_text("one")
        for command in ("init -q", "add file", "commit -qm first"):
            git(folder, command)
        return folder

    def test_it_is_the_commit(self) -> None:
        assert re.fullmatch("[0-9a-f]{12}", commit_tag())

    def test_it_changes_with_the_files_and_with_nothing_else(self, repository: Path) -> None:
        committed = commit_tag()
        (repository / "file").write_text("two")
        two, two_again = commit_tag(), commit_tag()
        (repository / "file").write_text("three")

        assert two == two_again
        assert two.startswith(f"{committed}-")
        assert len({committed, two, commit_tag()}) == 3
        assert (repository / "file").read_text() == "three"

    def test_what_a_deployment_writes_changes_nothing(self, repository: Path) -> None:
        before = commit_tag()
        config = repository / ".chalice" / "config.json"
        config.parent.mkdir()
        config.write_text("{}")
        for command in ("add .chalice", "commit -qm config"):
            git(repository, command)
        committed = commit_tag()
        config.write_text("{1}")

        assert commit_tag() == committed == before

    def test_without_a_repository_there_is_one_to_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

        assert commit_tag() == "unversioned"


def test_an_operators_context_is_kept_beside_the_code() -> None:
    assert context_file("production").parts[-2:] == ("deployment", "production.json")
