"""Python's packages, cut down and compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from image.rootfs.contents import STAND_INS
from image.rootfs.runtime import compile_beside, keep_services, put_stand_ins, remove_matching


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("value = 6 * 7\n")


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_files_and_folders_are_removed_by_pattern(tmp_path: Path) -> None:
    make(tmp_path, "a/test/x.py", "a/b/test/y.py", "a/b/kept.py", "a/b/types.pyi", "bin/tool")

    remove_matching(tmp_path, ("bin", "**/test", "**/*.pyi", "nothing/like/it"))

    assert names(tmp_path) == ["a/b/kept.py"]


def test_models_of_services_that_nobody_calls_go(tmp_path: Path) -> None:
    make(tmp_path, "s3/1/x.json", "sts/1/x.json", "ec2/1/x.json", "endpoints.json")

    keep_services(tmp_path, ["s3", "sts"])

    assert names(tmp_path) == ["endpoints.json", "s3/1/x.json", "sts/1/x.json"]


def test_a_service_that_is_not_there_to_be_kept_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, "s3/1/x.json")

    with pytest.raises(FileNotFoundError):
        keep_services(tmp_path, ["s3", "ecs"])


def test_compiled_files_stand_in_the_place_of_their_sources(tmp_path: Path) -> None:
    make(tmp_path, "package/__init__.py", "package/module.py")

    compile_beside(tmp_path)

    assert names(tmp_path) == ["package/__init__.pyc", "package/module.pyc"]
    program = "import package.module as m; print(m.value, m.__spec__.origin)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == "42"


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for copy in ("one", "two"):
        make(tmp_path / copy, "package/__init__.py", "package/module.py")
        compile_beside(tmp_path / copy)

    one, two = (
        [path.read_bytes() for path in sorted((tmp_path / copy).rglob("*.pyc"))]
        for copy in ("one", "two")
    )
    assert one == two


def test_what_stands_in_for_cryptography_can_be_imported_but_not_used(tmp_path: Path) -> None:
    make(tmp_path, "cryptography/hazmat/bindings/large.so")

    put_stand_ins(tmp_path, STAND_INS)

    program = """
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
try:
    from cryptography import x509
except ModuleNotFoundError as error:
    print(error)
try:
    default_backend()
except NotImplementedError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "cryptography.x509",
        "cryptography is not in this image (image/rootfs/contents.py)",
    ]
    assert not (tmp_path / "cryptography/hazmat/bindings").exists()


def test_a_stand_in_for_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_stand_ins(tmp_path, {"gone/__init__.py": ""})
