"""The images that tests run: built without a registry, kept between runs, unpacked.

`./wallcrawler check` starts a build in the background and goes on; whoever asks for the same image
meanwhile waits at the lock and then finds it made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from image.building import Wish, build, default_tag, this_week
from image.commands import Failed, heard, remove_tree, run, succeeds, temporary_folder
from image.sizes import Layer
from image.tools import Tool

_INPUTS = (
    *("Dockerfile", ".dockerignore", "image", "cdp_proxy", "shared"),
    *("requirements.txt", "requirements/constraints.txt", "requirements/container.txt"),
)
"""What an image is made of, and what makes it."""
_REPORT = "report.json"
_TEMPORARY = "build-"
STORAGE_MB_MAX = 6_000
"""A first build takes 2 GB; each that finds few of its layers there adds one."""


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image, and where its files are."""

    root: Path
    """Its root file system, unpacked; for reading only."""
    layers: list[Layer]
    config: Mapping[str, Any]
    """`Env`, `Cmd`, `User` and the like: `config` of the image's configuration."""


class Cache:
    """One folder for one working copy."""

    def __init__(
        self, folder: Path, repository: Path, storage_mb_max: int = STORAGE_MB_MAX
    ) -> None:
        self._folder = folder
        self._repository = repository
        self._storage_mb_max = storage_mb_max

    def image(self, edition: str) -> BuiltImage:
        """The image of the working copy as it is now; built if need be, which takes minutes.

        Raises:
            Failed: it cannot be built here.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        week = this_week()
        with self._locked():
            wanted = fingerprint(self._repository, f"{edition} {week}")
            place = self._folder / edition
            if _read_report(place).get("fingerprint") != wanted:
                self._build(place, edition, week, wanted)
            report = _read_report(place)
        layers = [Layer(**layer) for layer in report["layers"]]
        return BuiltImage(place / "root", layers, report["config"])

    def _build(self, place: Path, edition: str, week: str, wanted: str) -> None:
        if os.geteuid() != 0:
            raise Failed("Only root can build an image without a registry and unpack it.")
        for leftover in (place, *self._folder.glob(f"{_TEMPORARY}*")):
            if leftover.exists():
                remove_tree(leftover)
        self._make_room(week)
        with temporary_folder(self._folder, _TEMPORARY) as temporary:
            wish = Wish(
                repository=self._repository,
                edition=edition,
                tag=default_tag(edition),
                packages_of=week,
                local_base=True,
            )
            tool = self._tool(week)
            run([tool.name, *tool.options, "rm", "--all"])  # what a killed build has left
            archive = build(tool, wish, temporary)
            layers = archive.layers()
            (place / "root").mkdir(parents=True)
            archive.unpack(place / "root")
        report = {
            "fingerprint": wanted,
            "layers": [asdict(layer) for layer in layers],
            "config": archive.image["config"],
        }
        (place / _REPORT).write_text(json.dumps(report))

    def _tool(self, week: str) -> Tool:
        """Buildah with storage of its own, so that it can be thrown away whole.

        Raises:
            Failed: it is not installed.
        """
        storage = self._storage(week)
        where = ("--root", str(storage / "root"), "--runroot", str(storage / "run"))
        for driver in ("overlay", "vfs"):  # no overlay on top of another: CI in containers
            options = (*where, "--storage-driver", driver)
            if succeeds(["buildah", *options, "info"]):
                return Tool("buildah", options)
        raise Failed("Buildah is not installed or does not work; as root: apt-get install buildah")

    def _storage(self, week: str) -> Path:
        return self._folder / f"storage-{week}"

    def _make_room(self, week: str) -> None:
        """Throw away layers of other weeks, which had other packages, and too many of this one."""
        for storage in self._folder.glob("storage-*"):
            if storage != self._storage(week) or _megabytes(storage) > self._storage_mb_max:
                remove_tree(storage)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def cache_of(repository: Path, environment: Mapping[str, str]) -> Cache:
    """The cache of a working copy, below the user's cache folder."""
    home = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or "/root") / ".cache"
    name = hashlib.sha256(str(repository).encode()).hexdigest()[:12]
    return Cache(Path(home) / "wallcrawler" / f"image-{name}", repository)


def fingerprint(repository: Path, beside: str) -> str:
    """A digest of all that an image is made of, and of `beside`."""
    digest = hashlib.sha256(beside.encode())
    for name in _INPUTS:
        top = repository / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"\0{path.relative_to(repository)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _megabytes(folder: Path) -> int:
    return int((heard(["du", "-s", "--block-size=1MB", folder]) or "0").split()[0])


def _read_report(place: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads((place / _REPORT).read_text())
    except FileNotFoundError:
        return {}
    return report
