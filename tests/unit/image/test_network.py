"""This machine's certificates and mirrors, as a build gets them."""

from __future__ import annotations

from pathlib import Path

from image.network import Mirrors, mounts_for_pip, parse_mirrors, parse_pip_settings
from image.tools import Mount


def test_pips_environment_beats_its_files() -> None:
    settings = parse_pip_settings(
        ":env:.cert='/from/environment'\nglobal.cert='/from/file'\n"
        "global.index-url='https://mirror.example/simple'\ninstall.timeout='60'\n"
        "wheel.index-url='https://other.example'\nnonsense\n"
    )

    assert settings == {
        "cert": "/from/environment",
        "index-url": "https://mirror.example/simple",
        "timeout": "60",
    }


def test_a_machine_without_settings_mounts_nothing(tmp_path: Path) -> None:
    assert mounts_for_pip({}, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_certificates_and_mirror_are_mounted_while_pip_runs(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("certificates")

    mounts = mounts_for_pip({"cert": str(bundle), "index-url": "https://m.example/%s"}, tmp_path)

    assert mounts == [
        Mount(bundle, "/mnt/build-ca.crt"),
        Mount(tmp_path / "pip.conf", "/etc/pip.conf"),
    ]
    assert (tmp_path / "pip.conf").read_text().split("\n")[:3] == [
        "[global]",
        "index-url = https://m.example/%s",
        "cert = /mnt/build-ca.crt",
    ]


def test_folders_of_this_machine_are_not_passed_on(tmp_path: Path) -> None:
    settings = {
        "cert": "/no/such/file",
        "extra-index-url": "file:///opt/simple",
        "find-links": "/opt/wheels",
        "constraint": "/etc/constraints.txt",
    }

    assert mounts_for_pip(settings, tmp_path) == []


def test_debians_mirrors_are_those_of_this_machines_apt() -> None:
    listed = (
        "Somebody https://packages.example/debian\n"
        "Debian http://mirror.example/debian-security/\n"
        "Debian http://mirror.example/debian/\nDebian http://second.example/debian/\n"
    )

    assert parse_mirrors(listed) == Mirrors(
        archive="http://mirror.example/debian", security="http://mirror.example/debian-security"
    )


def test_without_apt_they_are_debians_own() -> None:
    assert parse_mirrors("") == Mirrors()
    assert Mirrors().archive == "http://deb.debian.org/debian"
