"""What this machine needs to reach PyPI and Debian, handed to a build without trace in the image.

Companies put proxies before the internet whose certificates only their machines know, and mirrors
beside them. pip's own settings say so; the build gets them as files that are mounted while it runs.
(Docker has no such mounts: its daemon is set up for this in its own ways.)
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from image.commands import heard
from image.tools import Mount

_CERTIFICATES = "/mnt/build-ca.crt"
"""Not where Debian has its own: mounted there, it breaks ca-certificates' installation."""
_PIP_CONF = "/etc/pip.conf"
_PASSED_ON = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout")


def pip_settings() -> dict[str, str]:
    """What pip is set to on this machine, from its files and the environment; {} without pip."""
    return parse_pip_settings(heard([sys.executable, "-m", "pip", "config", "list"]))


def parse_pip_settings(text: str) -> dict[str, str]:
    """Read `pip config list`; the environment beats the files, as it does for pip."""
    found: dict[str, str] = {}
    strong: set[str] = set()
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        section, _, name = key.strip().rpartition(".")
        if not equals or section not in {"global", "install", ":env:"} or name in strong:
            continue
        found[name] = value.strip().strip("'\"")
        if section == ":env:":
            strong.add(name)
    return found


def mounts_for_pip(settings: Mapping[str, str], folder: Path) -> list[Mount]:
    """Write pip's configuration for the build into `folder`; what is to be mounted.

    Folders of this machine that pip is told to look into are left out: the build has no such.
    """
    passed = {
        name: value
        for name, value in settings.items()
        if name in _PASSED_ON and "file:" not in value and not value.startswith("/")
    }
    mounts = []
    certificates = Path(settings.get("cert") or os.devnull)
    if certificates.is_file():
        mounts.append(Mount(certificates, _CERTIFICATES))
        passed["cert"] = _CERTIFICATES
    if not passed:
        return []
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = passed
    written = folder / "pip.conf"
    with written.open("w") as file:
        config.write(file)
    return [*mounts, Mount(written, _PIP_CONF)]


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Where Debian's packages come from."""

    archive: str = "http://deb.debian.org/debian"
    security: str = "http://deb.debian.org/debian-security"


def debian_mirrors() -> Mirrors:
    """Those that this machine's apt uses; Debian's own when it uses none."""
    return parse_mirrors(heard(["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)"]))


def parse_mirrors(text: str) -> Mirrors:
    """The first two of Debian's in apt's list of `origin URI` lines."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        origin, _, address = line.partition(" ")
        if origin == "Debian":
            plain = address.rstrip("/")
            found.setdefault("security" if plain.endswith("-security") else "archive", plain)
    return Mirrors(**found)
