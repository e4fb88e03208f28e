"""One build from end to end: tool, network, base image, sizes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from image.base import base_of, make_base
from image.commands import Failed, heard, output_of, run
from image.network import debian_mirrors, mounts_for_pip, pip_settings
from image.sizes import Archive
from image.tools import Build, Tool

EDITIONS = ("headless-shell", "chromium")
_NO_REGISTRY = (
    "If it is the base image that cannot be had: --tool buildah --base debootstrap makes it here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants built."""

    repository: Path
    edition: str
    tag: str
    packages_of: str
    """Any text; with a new one, Debian's packages are fetched anew."""
    platform: str | None = None
    """`linux/arm64`, say, when it is not this machine's."""
    local_base: bool = False
    """Make the base image here, of Debian's packages, rather than take a registry's."""


def default_tag(edition: str) -> str:
    """What an image is called when nobody says."""
    return f"wallcrawler:{edition}"


def build(tool: Tool, wish: Wish, folder: Path) -> Archive:
    """Build, tag and save an image.

    Args:
        tool: what builds it.
        wish: what is to be built.
        folder: an empty one, for temporary files of about 1 GB; the archive is left in it.

    Raises:
        Failed: a step went wrong; what ran has said why.
    """
    if wish.local_base:
        _see_to_base(tool, wish, folder)
    order = tool.build(
        Build(
            context=wish.repository,
            tag=wish.tag,
            arguments={"BROWSER": wish.edition, "PACKAGES_OF": wish.packages_of},
            labels=_labels(wish),
            platform=wish.platform,
            mounts=mounts_for_pip(pip_settings(), folder),
            local_base=wish.local_base,
        )
    )
    try:
        run(order)
    except Failed as failure:
        raise failure if wish.local_base else Failed(f"{failure} {_NO_REGISTRY}") from failure
    archive = folder / "image.tar"
    run(tool.save(wish.tag, archive))
    return Archive(archive)


def today() -> str:
    """The date, for `packages_of`."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def this_week() -> str:
    """The week, for `packages_of`: `2026-W48`."""
    return dt.datetime.now(dt.UTC).strftime("%G-W%V")


def _see_to_base(tool: Tool, wish: Wish, folder: Path) -> None:
    if tool.name != "buildah":
        raise Failed("A base image is made by Buildah only: --tool buildah")
    name, suite = base_of((wish.repository / "Dockerfile").read_text())
    there = output_of([tool.name, *tool.options, "images", "--format", "{{.Name}}:{{.Tag}}"])
    if name not in there.splitlines():
        make_base(tool, name, suite, debian_mirrors(), folder)


def _labels(wish: Wish) -> dict[str, str]:
    """Where it comes from, when this is a Git working copy."""
    git = ["git", "-C", str(wish.repository)]
    revision = heard([*git, "describe", "--always", "--dirty", "--abbrev=40"])
    return {"org.opencontainers.image.revision": revision} if revision else {}
