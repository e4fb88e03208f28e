"""`python3 -m image.rootfs LAYER OUT …`: what the Dockerfile's stages run."""

from __future__ import annotations

import argparse
from pathlib import Path

from image.rootfs import browser, program, runtime
from image.rootfs.contents import BROWSER_FILES
from image.rootfs.tree import Tree


def main() -> None:
    """Build one layer."""
    parser = argparse.ArgumentParser(prog="image.rootfs")
    layers = parser.add_subparsers(dest="layer", required=True)
    for name in ("browser", "runtime", "program"):
        layer = layers.add_parser(name)
        layer.add_argument("out", type=Path)
        layer.add_argument("--files", type=Path, help="list of this, or of the lower layer's files")
        if name == "browser":
            layer.add_argument("--edition", choices=sorted(BROWSER_FILES), required=True)
        else:
            layer.add_argument("--source", type=Path, required=True)
    _build(parser.parse_args())


def _build(arguments: argparse.Namespace) -> None:
    match arguments.layer:
        case "browser":
            tree = Tree(arguments.out)
            browser.build(tree, arguments.edition)
            arguments.files.write_text("\n".join(tree.files()))
        case "runtime":
            tree = Tree(arguments.out, already=arguments.files.read_text().splitlines())
            runtime.build(tree, arguments.source)
        case _:
            program.build(Tree(arguments.out), arguments.source)


if __name__ == "__main__":
    main()
