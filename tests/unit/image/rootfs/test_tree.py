"""Trees of copied files: links, modes, times, and what lower layers have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from image.rootfs.tree import STAMP_SECONDS, Tree


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A system whose /lib is a link into /usr, as Debian's is."""
    root = tmp_path / "source"
    (root / "usr" / "lib" / "deep").mkdir(parents=True)
    (root / "lib").symlink_to("usr/lib")
    (root / "usr" / "lib" / "libx.so.1.2").write_text("library")
    (root / "usr" / "lib" / "libx.so.1").symlink_to("libx.so.1.2")
    (root / "usr" / "lib" / "deep" / "program").write_text("program")
    (root / "usr" / "lib" / "deep" / "program").chmod(0o755)
    (root / "usr" / "lib" / "absolute").symlink_to("/usr/lib/deep/program")
    return root


@pytest.fixture
def tree(tmp_path: Path, source: Path) -> Tree:
    return Tree(tmp_path / "out", source)


def test_a_link_comes_with_what_it_points_to(tree: Tree) -> None:
    tree.add("/lib/libx.so.1")
    tree.add("/usr/lib/absolute")

    assert tree.files() == [
        *("/usr/lib/absolute", "/usr/lib/deep/program"),
        *("/usr/lib/libx.so.1", "/usr/lib/libx.so.1.2"),
    ]
    assert os.readlink(tree.target / "usr/lib/libx.so.1") == "libx.so.1.2"  # noqa: PTH115
    assert (tree.target / "usr/lib/deep/program").stat().st_mode & 0o777 == 0o755


def test_a_folder_comes_with_all_that_is_in_it(tree: Tree) -> None:
    tree.add("/usr/lib")

    assert len(tree.files()) == 4


def test_what_is_missing_is_an_error(tree: Tree) -> None:
    with pytest.raises(FileNotFoundError):
        tree.add("/usr/lib/liby.so")


def test_adding_twice_is_adding_once(tree: Tree) -> None:
    tree.add("/usr/lib/libx.so.1")
    tree.add("/lib/libx.so.1")

    assert len(tree.files()) == 2


def test_what_a_lower_layer_has_is_left_out(tmp_path: Path, source: Path) -> None:
    upper = Tree(tmp_path / "upper", source, already=["/usr/lib/libx.so.1.2", "/usr/lib/libx.so.1"])

    upper.add("/lib/libx.so.1")
    upper.add("/usr/lib/deep/program")

    assert upper.files() == ["/usr/lib/deep/program"]


def test_written_files_links_and_folders_are_there(tree: Tree) -> None:
    tree.write("/etc/passwd", "root")
    tree.link("/bin", "usr/bin")
    tree.make_folder("/tmp", 0o1777)

    assert tree.files() == ["/bin", "/etc/passwd"]
    assert (tree.target / "tmp").stat().st_mode & 0o7777 == 0o1777


def test_two_builds_of_the_same_files_are_the_same(tree: Tree) -> None:
    tree.add("/usr/lib")

    tree.seal()

    times = {path.lstat().st_mtime for path in [tree.target, *tree.target.rglob("*")]}
    assert times == {STAMP_SECONDS}
