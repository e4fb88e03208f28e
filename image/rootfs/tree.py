"""A root file system under construction: copies of files of the stage, links and modes kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

STAMP_SECONDS = 1_577_836_800
"""2020-01-01 UTC: the time of every file, since a build's own time would make each layer new."""


class Tree:
    """What one layer holds, below a folder of its own."""

    def __init__(self, target: Path, source: Path = Path("/"), already: Iterable[str] = ()) -> None:
        """Start with nothing.

        Args:
            target: folder to build in; it is created.
            source: the root that paths are read from.
            already: absolute paths that a lower layer has, which are left out here.
        """
        self.target = target
        self._source = source
        self._already = frozenset(already)
        target.mkdir(parents=True, exist_ok=True)

    def add(self, path: str | Path) -> None:
        """Copy a file; of a link, also what it points to; of a folder, all that is in it.

        Args:
            path: absolute, as seen from the source's root.

        Raises:
            FileNotFoundError: there is no such file.
        """
        place = self._place(path)
        origin = self._below(self._source, place)
        if origin.is_symlink():
            self._add_link(place, origin)
        elif origin.is_dir():
            self.make_folder(place)
            for entry in sorted(origin.iterdir()):
                self.add(place / entry.name)
        elif not self._has(place):
            self._make_parents(place)
            shutil.copy2(origin, self._below(self.target, place))

    def add_matching(self, folder: str | Path, wanted: Callable[[str], bool]) -> None:
        """Copy those files of a folder, at any depth, whose path below it is `wanted`."""
        place = self._place(folder)
        origin = self._below(self._source, place)
        for path in sorted(origin.rglob("*")):
            below = path.relative_to(origin)
            if not (path.is_dir() and not path.is_symlink()) and wanted(below.as_posix()):
                self.add(place / below)

    def make_folder(self, path: str | Path, mode: int = 0o755) -> None:
        """Make a folder, with those above it."""
        folder = self._below(self.target, Path(path))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)

    def write(self, path: str | Path, text: str) -> None:
        """Make a text file."""
        self._make_parents(Path(path))
        self._below(self.target, Path(path)).write_text(text)

    def link(self, path: str | Path, to: str) -> None:
        """Make a symbolic link."""
        self._make_parents(Path(path))
        self._below(self.target, Path(path)).symlink_to(to)

    def files(self) -> list[str]:
        """Absolute paths of the files and links it holds, as they will be in the image."""
        return sorted(
            "/" + path.relative_to(self.target).as_posix()
            for path in self.target.rglob("*")
            if path.is_symlink() or not path.is_dir()
        )

    def seal(self) -> None:
        """Stamp everything; to be called last."""
        for path in [self.target, *self.target.rglob("*")]:
            os.utime(path, (STAMP_SECONDS, STAMP_SECONDS), follow_symlinks=False)

    def _add_link(self, place: Path, origin: Path) -> None:
        to = str(origin.readlink())
        if not self._has(place):
            self.link(place, to)
        self.add(os.path.normpath(place.parent / to))

    def _place(self, path: str | Path) -> Path:
        """The path with links among its folders resolved: Debian's /lib is /usr/lib."""
        parent = self._below(self._source, Path(path)).parent.resolve()
        return Path("/") / parent.relative_to(self._source.resolve()) / Path(path).name

    def _has(self, place: Path) -> bool:
        return str(place) in self._already or os.path.lexists(self._below(self.target, place))

    def _make_parents(self, path: Path) -> None:
        self._below(self.target, path).parent.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def _below(root: Path, path: Path) -> Path:
        return root / path.relative_to("/")
