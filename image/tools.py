"""Docker, Podman and Buildah: which is usable here, and how each is told the same things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from image.commands import Command, Failed, succeeds

NAMES = ("docker", "podman", "buildah")
"""In the order they are tried."""

_READY: Mapping[str, Sequence[str]] = {
    "docker": ("docker", "info"),  # the command is often there without its daemon
    "podman": ("podman", "info"),
    "buildah": ("buildah", "info"),
}


@dataclass(frozen=True, slots=True)
class Mount:
    """A file of this machine that the build sees, and the image does not."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What is to be built."""

    context: Path
    """The repository."""
    tag: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    """`--build-arg`s."""
    labels: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    mounts: Sequence[Mount] = ()
    local_base: bool = False
    """The base image has been made here: no registry is to be asked for it."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One of the three."""

    name: str
    options: Sequence[str] = ()
    """Before the subcommand: where Buildah keeps its images, for instance."""

    def build(self, build: Build) -> Command:
        """The command that builds and tags."""
        command: list[str | Path] = [self.name, *self.options, "build", "--tag", build.tag]
        if self.name != "docker":
            # OCI's own format has no health check; layers are kept for the next build.
            command += ["--format", "docker", "--layers"]
            # Nothing is needed of the machine then: no OCI runtime, no network plugins.
            command += ["--isolation", "chroot", "--network", "host"]
            for mount in build.mounts:
                command += ["--volume", f"{mount.source}:{mount.target}:ro"]
        if build.platform is not None:
            command += ["--platform", build.platform]
        if build.local_base:
            command += ["--pull=never"]
        for option, values in (("--build-arg", build.arguments), ("--label", build.labels)):
            for name, value in values.items():
                command += [option, f"{name}={value}"]
        return [*command, build.context]

    def save(self, tag: str, archive: Path) -> Command:
        """The command that writes an image into one file, layers uncompressed."""
        if self.name == "buildah":
            return [self.name, *self.options, "push", "--quiet", tag, f"docker-archive:{archive}"]
        return [self.name, *self.options, "save", "--output", archive, tag]

    def login(self, user: str, tag: str) -> Command:
        """The command that signs in at the registry of a tag, with a password from stdin."""
        host = tag.partition("/")[0]
        return [self.name, "login", "--username", user, "--password-stdin", host]

    def push(self, tag: str) -> Command:
        """The command that sends an image to the registry that its tag names."""
        return [self.name, *self.options, "push", tag]


def find_tool(wanted: str | None = None, works: Callable[[Command], bool] = succeeds) -> Tool:
    """The first of the three that works here.

    Raises:
        Failed: none does, or not the one that is wanted.
    """
    for name in NAMES if wanted is None else (wanted,):
        if works(_READY[name]):
            return Tool(name)
    if wanted is not None:
        raise Failed(f"{wanted} is not installed, or does not work here ({wanted} info).")
    raise Failed(
        "An image is built by Docker, Podman or Buildah, and none of them works here; "
        "on Debian, as root: apt-get install buildah"
    )
