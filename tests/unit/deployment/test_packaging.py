from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from chalice.deploy.packager import LambdaDeploymentPackager

from deployment.packaging import PackagingFailed, check_complete, compile_package, install


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("app.py", "import room.thing\nVALUE = room.thing.VALUE\n")
        zipped.writestr("room/__init__.py", "")
        zipped.writestr("room/thing.py", "VALUE = 'from the source'\n")
        zipped.writestr("room/words.txt", "not Python\n")
        zipped.writestr("room/__pycache__/thing.cpython-311.pyc", b"somebody else's")
        zipped.writestr("room/stray.pyc", b"somebody else's")
        zipped.writestr("py_jwt-2.0.dist-info/METADATA", "")
    return path


def names_in(package: Path) -> set[str]:
    with zipfile.ZipFile(package) as zipped:
        return set(zipped.namelist())


def test_each_module_comes_with_its_byte_code_and_with_no_other(package: Path) -> None:
    compile_package(package)

    tag = sys.implementation.cache_tag
    assert names_in(package) == {
        "app.py",
        f"__pycache__/app.{tag}.pyc",
        "room/__init__.py",
        f"room/__pycache__/__init__.{tag}.pyc",
        "room/thing.py",
        f"room/__pycache__/thing.{tag}.pyc",
        "room/words.txt",
        "py_jwt-2.0.dist-info/METADATA",
    }


def test_the_byte_code_is_what_runs_whatever_the_times_of_files(
    package: Path, tmp_path: Path
) -> None:
    compile_package(package)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(package) as zipped:
        zipped.extractall(folder)
    (folder / "room" / "thing.py").write_text("VALUE = 'from a later source'\n")

    code = "import sys; sys.path.insert(0, sys.argv[1]); import app; print(app.VALUE)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "from the source\n"


def test_tracebacks_name_the_files_as_lambda_has_them(package: Path) -> None:
    compile_package(package)

    with zipfile.ZipFile(package) as zipped:
        code = zipped.read(f"room/__pycache__/thing.{sys.implementation.cache_tag}.pyc")
    assert b"/var/task/room/thing.py" in code


def test_the_same_contents_make_the_same_zip(package: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(package) as zipped, zipfile.ZipFile(other, "w") as copy:
        for entry in reversed(zipped.infolist()):
            entry.date_time = (2026, 11, 26, 12, 0, 0)
            copy.writestr(entry, zipped.read(entry))

    compile_package(package)
    compile_package(other)

    assert package.read_bytes() == other.read_bytes()


def test_a_package_is_compiled_once(package: Path) -> None:
    compile_package(package)
    once = package.stat()

    compile_package(package)

    assert package.stat().st_mtime_ns == once.st_mtime_ns
    assert package.stat().st_ino == once.st_ino


def test_everybody_may_read_what_is_in_it(package: Path) -> None:
    compile_package(package)

    with zipfile.ZipFile(package) as zipped:
        assert {entry.external_attr >> 16 for entry in zipped.infolist()} == {0o100644}


def test_what_is_no_python_is_not_deployed(
    package: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(package, "a") as zipped:
        zipped.writestr("room/broken.py", "def (:\n")

    with pytest.raises(PackagingFailed, match="cannot be compiled"):
        compile_package(package)
    assert "broken.py" in capfd.readouterr().out


@pytest.mark.parametrize("requirement", ["py-jwt==2.0", "Py.JWT", "py_jwt>=1  # why", "# none", ""])
def test_what_is_required_and_there_is_fine(
    requirement: str, package: Path, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{requirement}\n")

    check_complete(package, requirements)


def test_what_chalice_left_out_is_missed(package: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# comment\npy-jwt==2.0\nmsgspec==0.22.0\ncbor2\n")

    with pytest.raises(PackagingFailed, match=r"lacks cbor2, msgspec$"):
        check_complete(package, requirements)


class TestInChalice:
    @pytest.fixture(autouse=True)
    def _chalice_makes_this(self, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def create(_packager: object, _project: str, _version: str) -> str:
            return str(package)

        monkeypatch.setattr(LambdaDeploymentPackager, "create_deployment_package", create)

    @pytest.fixture
    def packager(self) -> LambdaDeploymentPackager:
        return LambdaDeploymentPackager(None, None, None)

    def test_its_zip_is_compiled(
        self, packager: LambdaDeploymentPackager, package: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "requirements.txt").write_text("py-jwt\n")
        install()
        install()

        assert packager.create_deployment_package(str(tmp_path), "python3.11") == str(package)
        assert f"__pycache__/app.{sys.implementation.cache_tag}.pyc" in names_in(package)

    def test_a_zip_that_will_not_do_is_not_left_for_the_next_time(
        self, packager: LambdaDeploymentPackager, package: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "requirements.txt").write_text("msgspec\n")
        install()

        with pytest.raises(PackagingFailed, match="msgspec"):
            packager.create_deployment_package(str(tmp_path), "python3.11")
        assert not package.exists()
