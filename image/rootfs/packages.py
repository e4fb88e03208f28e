"""Debian's record of installed packages, cut down to what is in the image.

Scanners find known holes by it. Each layer brings a file for each package that it holds files of,
in `/var/lib/dpkg/status.d/`, where scanners look since "distroless" images have it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from image.rootfs.tree import Tree

STATUS_FOLDER = "/var/lib/dpkg/status.d"
_DPKG = Path("/var/lib/dpkg")


def record(tree: Tree, dpkg: Path = _DPKG) -> list[str]:
    """Add the stanzas of the packages that the tree's files are of; their names."""
    names = sorted(owners(tree.files(), dpkg / "info"))
    stanzas = dict(parse_status((dpkg / "status").read_text()))
    for name in names:
        tree.write(f"{STATUS_FOLDER}/{name}", stanzas[name] + "\n")
    return names


def owners(files: Iterable[str], info: Path) -> set[str]:
    """Names of the packages that at least one of these files is of.

    Args:
        files: absolute paths.
        info: dpkg's folder of `*.list` files.
    """
    # Not the links at the top, such as /bin: all packages list the folder that it means.
    wanted = {_merged(file) for file in files if file.count("/") > 1}
    found = set()
    for listing in info.glob("*.list"):
        if any(_merged(line) in wanted for line in listing.read_text().splitlines()):
            found.add(listing.stem.partition(":")[0])
    return found


def parse_status(text: str) -> Iterator[tuple[str, str]]:
    """Name and stanza of each package in dpkg's status file."""
    for stanza in text.strip().split("\n\n"):
        name = stanza.partition("\n")[0].removeprefix("Package: ")
        yield name, stanza


def _merged(path: str) -> str:
    """The path since /bin, /lib and the like are links into /usr."""
    top = path.split("/", 2)[1] if path.startswith("/") else ""
    return f"/usr{path}" if top in {"bin", "sbin", "lib", "lib64"} else path
