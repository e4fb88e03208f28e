"""The third layer: our own code. The only one that a change of it moves."""

from __future__ import annotations

import shutil
from pathlib import Path

from image.rootfs.runtime import compile_all
from image.rootfs.tree import Tree

FOLDER = "/app"
_PACKAGES = ("cdp_proxy", "shared")


def build(tree: Tree, source: Path) -> None:
    """Fill the tree with the packages that are in `source`."""
    for name in _PACKAGES:
        shutil.copytree(source / name, tree.target / FOLDER[1:] / name)
    compile_all(tree.target)
    tree.seal()
