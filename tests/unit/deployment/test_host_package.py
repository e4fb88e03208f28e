from __future__ import annotations

import json
import platform
import zipfile
from pathlib import Path

import pytest

from deployment.host_package import PROJECT, copy_project, run_chalice, unpack
from deployment.packaging import PackagingFailed


def test_a_copy_has_all_that_chalice_needs_for_this_machine(tmp_path: Path) -> None:
    copy_project(tmp_path)

    config = json.loads((tmp_path / ".chalice" / "config.json").read_text())
    assert {path.name for path in tmp_path.iterdir()} == set(PROJECT)
    assert (tmp_path / "vendor" / "shared").resolve() == tmp_path / "shared"
    assert (
        config["lambda_architecture"]
        == {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    )
    assert not list(tmp_path.rglob("__pycache__"))


def test_what_chalice_complains_about_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match=r"(?i)config|app"):
        run_chalice(tmp_path, "package", str(tmp_path / "out"))


def test_a_package_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as zipped:
        zipped.writestr("room/thing.py", "x = 1\n")

    unpack(tmp_path / "p.zip", tmp_path / "out")

    assert (tmp_path / "out" / "room" / "thing.py").read_text() == "x = 1\n"
