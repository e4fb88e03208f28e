"""Which packages the files of an image are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.rootfs.packages import owners, parse_status, record
from image.rootfs.tree import Tree

STATUS = """Package: libc6
Status: install ok installed
Version: 2.41
Description: two
 lines

Package: bash
Version: 5.2

Package: tini
Version: 0.19
"""


@pytest.fixture
def dpkg(tmp_path: Path) -> Path:
    folder = tmp_path / "dpkg"
    (folder / "info").mkdir(parents=True)
    (folder / "status").write_text(STATUS)
    lists = {
        "libc6:amd64": "/.\n/usr\n/usr/bin\n/lib/libc.so.6\n",
        "bash": "/.\n/usr\n/usr/bin\n/bin/bash\n",
        "tini": "/.\n/usr\n/usr/bin\n/usr/bin/tini\n",
    }
    for name, lines in lists.items():
        (folder / "info" / f"{name}.list").write_text(lines)
    return folder


def test_a_package_counts_when_one_of_its_files_is_there(dpkg: Path) -> None:
    files = ["/usr/lib/libc.so.6", "/usr/bin/tini", "/etc/passwd"]

    assert owners(files, dpkg / "info") == {"libc6", "tini"}


def test_the_links_at_the_top_are_nobodys(dpkg: Path) -> None:
    assert owners(["/bin", "/lib"], dpkg / "info") == set()


def test_stanzas_are_read_whole() -> None:
    assert dict(parse_status(STATUS))["libc6"].endswith("Description: two\n lines")


def test_an_image_gets_a_file_for_each(dpkg: Path, tmp_path: Path) -> None:
    tree = Tree(tmp_path / "out")
    tree.write("/usr/bin/tini", "")

    assert record(tree, dpkg) == ["tini"]
    assert (tree.target / "var/lib/dpkg/status.d/tini").read_text() == (
        "Package: tini\nVersion: 0.19\n"
    )
