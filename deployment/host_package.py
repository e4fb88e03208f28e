"""The Lambda's package as it comes out for this machine, so that it can be run here."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from deployment.config import with_environment
from deployment.packaging import PackagingFailed

ROOT = Path(__file__).parents[1]
PROJECT = (
    "app.py",
    "chalice_app",
    "shared",
    "deployment",
    "vendor",
    ".chalice",
    "requirements.txt",
)
"""All that a `chalice` command needs of the repository."""

_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
_TIMEOUT_SECONDS = 300


def copy_project(target: Path) -> None:
    """Copy the project, set to this machine's architecture: wheels of another cannot be imported.

    Args:
        target: an existing folder.
    """
    left_out = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=left_out)
        else:
            shutil.copy(source, target / name)
    path = target / ".chalice" / "config.json"
    config = json.loads(path.read_text())
    config["lambda_architecture"] = _ARCHITECTURES[platform.machine()]
    path.write_text(json.dumps(config))


def run_chalice(project: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run a `chalice` command in a project; what it said.

    Raises:
        PackagingFailed: with what it said, when it failed.
    """
    done = subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), *arguments],
        cwd=project,
        env=with_environment({"AWS_DEFAULT_REGION": "eu-central-1", **(env or {})}),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    said = done.stdout + done.stderr
    if done.returncode != 0:
        raise PackagingFailed(said)
    return said


def unpack(package: Path, target: Path) -> None:
    """What Lambda does with the zip."""
    with zipfile.ZipFile(package) as zipped:
        zipped.extractall(target)


def make_package(workspace: Path, stage: str) -> tuple[Path, Path]:
    """Package for this machine; needs pip and its index.

    Args:
        workspace: an empty folder.
        stage: of `.chalice/config.json`.

    Returns:
        The unpacked package and the SAM template.
    """
    project, output, unpacked = (workspace / name for name in ("project", "output", "unpacked"))
    for folder in (project, unpacked):
        folder.mkdir()
    copy_project(project)
    run_chalice(project, "package", "--stage", stage, str(output))
    unpack(output / "deployment.zip", unpacked)
    return unpacked, output / "sam.json"
