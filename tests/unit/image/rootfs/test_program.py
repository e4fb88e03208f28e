"""Our own code, compiled with its sources."""

from __future__ import annotations

from pathlib import Path

from image.rootfs.program import FOLDER, build
from image.rootfs.tree import STAMP_SECONDS, Tree


def test_both_packages_are_there_with_compiled_code_that_is_never_compared(tmp_path: Path) -> None:
    for name in ("cdp_proxy", "shared"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("x = 1\n")
    tree = Tree(tmp_path / "out")

    build(tree, tmp_path)

    sources = [name for name in tree.files() if name.endswith(".py")]
    compiled = [name for name in tree.files() if name.endswith(".pyc")]
    assert sources == [f"{FOLDER}/cdp_proxy/__init__.py", f"{FOLDER}/shared/__init__.py"]
    assert len(compiled) == 2
    for name in compiled:
        path = tree.target / name[1:]
        # PEP 552: bit 0 of the flags says "hash", bit 1 "compare it".
        assert path.read_bytes()[4:8] == b"\x01\0\0\0"
        assert path.stat().st_mtime == STAMP_SECONDS
