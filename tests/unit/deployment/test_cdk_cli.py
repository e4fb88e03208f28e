from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from deployment.cdk_cli import LOCKED, ROOT, CdkCli, installed_cli

_SECONDS = 300


@pytest.fixture(scope="module")
def cli() -> CdkCli:
    return installed_cli()


def run(cli: CdkCli, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        cli.command(*arguments),
        cwd=ROOT,
        env=cli.environment(os.environ),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def test_the_cli_is_the_locked_one(cli: CdkCli) -> None:
    pinned = json.loads((LOCKED / "package.json").read_text())["dependencies"]["aws-cdk"]

    assert run(cli, "--version").stdout.startswith(f"{pinned} ")


def test_the_cli_synthesizes_the_app_of_cdk_json(cli: CdkCli, tmp_path: Path) -> None:
    done = run(cli, "synth", "--quiet", "-c", "environment=development", "--output", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "wallcrawler-development.template.json").exists()
    assert "tokens and pages cross the internet in plain text" in done.stderr


def test_what_the_app_complains_of_reaches_the_person_at_the_shell(
    cli: CdkCli, tmp_path: Path
) -> None:
    done = run(cli, "synth", "--quiet", "--output", str(tmp_path))

    assert done.returncode == 1
    assert "environment must be one of development, production" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_environment_is_handed_on_with_a_node_for_jsii() -> None:
    cli = CdkCli("/opt/node", Path("/opt/cdk"))

    environment = cli.environment({"AWS_PROFILE": "mine"})

    assert environment["AWS_PROFILE"] == "mine"
    assert environment["JSII_NODE"] == "/opt/node"
    assert cli.command("deploy") == ["/opt/node", "/opt/cdk", "deploy"]
