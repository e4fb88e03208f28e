"""The second layer: Python and the packages of `requirements/`. Changes with those."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from image.rootfs import packages
from image.rootfs.contents import (
    BOTOCORE_SERVICES,
    STAND_INS,
    UNNEEDED_IN_SITE_PACKAGES,
    UNNEEDED_STDLIB,
)
from image.rootfs.libraries import is_elf, needed_by
from image.rootfs.tree import Tree

_VERSION = "python{}.{}".format(*sys.version_info[:2])
_STDLIB = f"/usr/lib/{_VERSION}"
SITE_PACKAGES = f"/usr/local/lib/{_VERSION}/dist-packages"
"""Where Debian's Python looks for what did not come with Debian."""


def build(tree: Tree, site: Path) -> None:
    """Fill the tree.

    Args:
        tree: made with the first layer's files as `already`.
        site: the folder that `pip install --target` has filled.
    """
    tree.add("/usr/bin/python3")
    tree.add(_STDLIB)
    remove_matching(tree.target / _STDLIB[1:], (*UNNEEDED_STDLIB, "**/__pycache__"))
    packed = tree.target / SITE_PACKAGES[1:]
    shutil.copytree(site, packed, symlinks=True)
    remove_matching(packed, (*UNNEEDED_IN_SITE_PACKAGES, "**/__pycache__"))
    put_stand_ins(packed, STAND_INS)
    keep_services(packed / "botocore" / "data", BOTOCORE_SERVICES)
    wheels = [path for path in packed.rglob("*.so*") if is_elf(path)]
    strip(wheels)
    own = [tree.target / "usr/bin" / _VERSION, *(tree.target / _STDLIB[1:]).rglob("*.so")]
    for library in needed_by([*own, *wheels]):
        if not library.startswith(str(tree.target)):
            tree.add(library)
    packages.record(tree)
    compile_beside(tree.target)
    tree.seal()


def remove_matching(folder: Path, patterns: Iterable[str]) -> None:
    """Delete what any of these glob patterns matches below a folder."""
    for pattern in patterns:
        for path in list(folder.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def keep_services(data: Path, services: Iterable[str]) -> None:
    """Delete botocore's models of all other services.

    Raises:
        FileNotFoundError: botocore has no model of one that is to be kept.
    """
    kept = set(services)
    for name in kept:
        (data / name).stat()
    for folder in [path for path in data.iterdir() if path.is_dir()]:
        if folder.name not in kept:
            shutil.rmtree(folder)


def put_stand_ins(site: Path, sources: Mapping[str, str]) -> None:
    """Put small modules in the place of whole packages.

    Raises:
        FileNotFoundError: there is no such package to replace any more.
    """
    for name in {path.partition("/")[0] for path in sources}:
        shutil.rmtree(site / name)
    for path, text in sources.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)


def strip(libraries: Iterable[Path]) -> None:
    """Take out symbols that only debuggers read."""
    subprocess.run(["/usr/bin/strip", "--strip-unneeded", *map(str, libraries)], check=True)


def compile_beside(root: Path) -> None:
    """Put a `.pyc` in the place of each source file.

    The root is read-only, so without compiled code each start would compile everything anew, which
    takes seconds; both together would be 30 MB more. Tracebacks keep their line numbers.
    """
    _compile(root, "-b")
    for source in root.rglob("*.py"):
        source.unlink()


def compile_all(root: Path) -> None:
    """Write `.pyc` files, never to be compared with their sources, where Python looks for them."""
    _compile(root)


def _compile(root: Path, *options: str) -> None:
    # One process and one order: parallel ones make files that differ from build to build.
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", *options, "-s", str(root), "-p", "/"),
            *("--invalidation-mode", "unchecked-hash", str(root)),
        ],
        check=True,
    )
