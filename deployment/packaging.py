"""Compiled modules in the Lambda's zip, and no zip that lacks a dependency.

Chalice ships sources alone, and `/var/task` is read-only: every cold start would compile all of
them again, which takes longer than everything else it does. `app.py` imports this when a `chalice`
command runs.

1. Chalice makes its zip, as ever.
2. Byte code that happened to lie about is dropped; each module is compiled by the running Python,
   which is the one whose version Chalice gives the Lambda.
3. The zip is written anew, the same bytes for the same contents. What it is made of is still what
   Chalice's hash of the sources says, so its cache works as before.

The byte code is of the kind that is not checked against its source (PEP 552, "unchecked"): the time
stamps of files in a zip would invalidate any other.
"""

from __future__ import annotations

import compileall
import py_compile
import re
import shutil
import tempfile
import zipfile
from pathlib import Path

from chalice.deploy.packager import LambdaDeploymentPackager

_ROOT_IN_LAMBDA = "/var/task"
"""Where Lambda unpacks the zip: what tracebacks show."""
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip can hold: the same contents are the same bytes."""
_MARK = b"wallcrawler: compiled"
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)")
_DIST_INFO = re.compile(r"([A-Za-z0-9._]+)-[^/]+\.dist-info/")


class PackagingFailed(Exception):
    """The zip would not work in Lambda; one sentence for the person who deploys."""


def install() -> None:
    """Have every zip that Chalice makes from now on in this process compiled."""
    original = LambdaDeploymentPackager.create_deployment_package
    if getattr(original, "compiles", False):
        return

    def create(self: LambdaDeploymentPackager, project_dir: str, python_version: str) -> str:
        path: str = original(self, project_dir, python_version)
        try:
            check_complete(Path(path), Path(project_dir, "requirements.txt"))
            compile_package(Path(path))
        except BaseException:
            # Chalice would take it for finished the next time.
            Path(path).unlink()
            raise
        return path

    create.compiles = True  # type: ignore[attr-defined]
    LambdaDeploymentPackager.create_deployment_package = create  # type: ignore[method-assign]


def check_complete(package: Path, requirements: Path) -> None:
    """See that everything required is there: Chalice goes on without what it could not install.

    Raises:
        PackagingFailed: naming what is missing.
    """
    wanted = {
        _normal(found[1])
        for line in requirements.read_text().splitlines()
        if (found := _REQUIREMENT.match(line.partition("#")[0]))
    }
    with zipfile.ZipFile(package) as zipped:
        there = {
            _normal(found[1]) for name in zipped.namelist() if (found := _DIST_INFO.match(name))
        }
    if missing := wanted - there:
        raise PackagingFailed(f"the package lacks {', '.join(sorted(missing))}")


def compile_package(package: Path) -> None:
    """Add byte code to a zip, in place; one that has been through this is left alone.

    Raises:
        PackagingFailed: a module is not Python of this version.
    """
    with zipfile.ZipFile(package) as zipped:
        if zipped.comment == _MARK:
            return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(package) as zipped:
            zipped.extractall(folder)
        _drop_byte_code(folder)
        _compile(folder)
        _write(folder, package)


def _drop_byte_code(folder: Path) -> None:
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    for stray in list(folder.rglob("*.py[co]")):
        stray.unlink()


def _compile(folder: Path) -> None:
    fine = compileall.compile_dir(
        folder,
        maxlevels=100,
        quiet=1,
        stripdir=str(folder),
        prependdir=_ROOT_IN_LAMBDA,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not fine:
        raise PackagingFailed("a module of the package cannot be compiled; see above")


def _write(folder: Path, package: Path) -> None:
    """Beside the old zip first: whoever reads meanwhile never sees half of one."""
    fresh = package.with_suffix(".new")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.comment = _MARK
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                _add(zipped, path, path.relative_to(folder).as_posix())
    fresh.replace(package)


def _add(zipped: zipfile.ZipFile, path: Path, name: str) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # Lambda runs as a user of its own: everything must be readable by others.
    entry.external_attr = 0o100644 << 16
    zipped.writestr(entry, path.read_bytes())


def _normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()
