"""The base image without a registry: Debian's smallest system, made of its packages.

For machines that reach Debian's mirrors but no image registry. Named as the registry's is, it is
what `FROM` finds; the image is no different, since nothing of the base but what the closure of
`image.rootfs` asks for gets into it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from image.commands import Failed, output_of, run
from image.network import Mirrors
from image.tools import Tool

_FROM = re.compile(r"^FROM (\S+) AS debian$", re.MULTILINE)
_SUITE = re.compile(r"^ARG SUITE=(\S+)$", re.MULTILINE)
_UNNEEDED = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
_CACHES = ("var/cache/apt", "var/lib/apt/lists")
_KEYRING = "usr/share/keyrings/debian-archive-keyring"


def base_of(dockerfile: str) -> tuple[str, str]:
    """Name of the base image, and Debian's suite in it.

    Raises:
        Failed: the Dockerfile is not written as it is expected to be.
    """
    suite, base = _SUITE.search(dockerfile), _FROM.search(dockerfile)
    if suite is None or base is None:
        raise Failed("The Dockerfile has no ARG SUITE, or no stage called debian.")
    return base.group(1).replace("${SUITE}", suite.group(1)), suite.group(1)


def make_base(buildah: Tool, name: str, suite: str, mirrors: Mirrors, folder: Path) -> None:
    """Make the image `name` in Buildah's storage.

    Args:
        buildah: where it is to be.
        name: full, with a registry's host.
        suite: Debian's, "trixie" for instance.
        mirrors: where its packages come from; the base will use them too.
        folder: for temporary files; on a disk, and empty.

    Raises:
        Failed: it cannot be made here.
    """
    if shutil.which("debootstrap") is None:
        raise Failed("debootstrap is not installed; as root: apt-get install debootstrap")
    root = folder / "base"
    run(["debootstrap", "--variant=minbase", suite, root, mirrors.archive])
    slim(root)
    write_sources(root, suite, mirrors)
    buildah_with = [buildah.name, *buildah.options]
    container = output_of([*buildah_with, "from", "scratch"])
    run([*buildah_with, "add", "--quiet", container, root, "/"])
    run([*buildah_with, "config", "--cmd", "bash", container])
    run([*buildah_with, "commit", "--quiet", "--rm", container, name])
    shutil.rmtree(root)


def slim(root: Path) -> None:
    """Empty the folders that Debian's "slim" images have emptied."""
    for name in (*_UNNEEDED, *_CACHES):
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).mkdir(parents=True)


def write_sources(root: Path, suite: str, mirrors: Mirrors) -> None:
    """Name the archives with updates and security fixes, as the official image does."""
    keyring = next(
        f"/{_KEYRING}{ending}"
        for ending in (".pgp", ".gpg")
        if (root / f"{_KEYRING}{ending}").exists()
    )
    archives = (
        (mirrors.archive, f"{suite} {suite}-updates"),
        (mirrors.security, f"{suite}-security"),
    )
    stanzas = [
        f"Types: deb\nURIs: {address}\nSuites: {suites}\nComponents: main\nSigned-By: {keyring}\n"
        for address, suites in archives
    ]
    apt = root / "etc" / "apt"
    (apt / "sources.list").unlink(missing_ok=True)
    (apt / "sources.list.d" / "debian.sources").write_text("\n".join(stanzas))
