"""The base image that is made where there is no registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.base import base_of, make_base, slim, write_sources
from image.commands import Failed
from image.network import Mirrors
from image.tools import Tool

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_dockerfiles_base_is_known_by_its_full_name() -> None:
    name, suite = base_of((REPOSITORY / "Dockerfile").read_text())

    assert name == f"docker.io/library/debian:{suite}-slim"


def test_another_dockerfile_is_not_guessed_at() -> None:
    with pytest.raises(Failed, match="ARG SUITE"):
        base_of("FROM debian\n")


def test_docs_and_caches_are_emptied_and_the_rest_stays(tmp_path: Path) -> None:
    for name in ("usr/share/doc/x", "var/cache/apt/y", "usr/share/keyrings/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    slim(tmp_path)

    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert files == ["z"]
    assert (tmp_path / "var/cache/apt").is_dir()


@pytest.mark.parametrize("ending", ["pgp", "gpg"])
def test_it_takes_security_fixes_from_the_mirrors(tmp_path: Path, ending: str) -> None:
    keyring = tmp_path / f"usr/share/keyrings/debian-archive-keyring.{ending}"
    keyring.parent.mkdir(parents=True)
    keyring.write_text("")
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list").write_text("deb http://elsewhere trixie main")

    write_sources(tmp_path, "trixie", Mirrors("http://m/debian", "http://m/debian-security"))

    text = (tmp_path / "etc/apt/sources.list.d/debian.sources").read_text()
    assert "URIs: http://m/debian\nSuites: trixie trixie-updates\n" in text
    assert "URIs: http://m/debian-security\nSuites: trixie-security\n" in text
    assert f"Signed-By: /usr/share/keyrings/debian-archive-keyring.{ending}\n" in text
    assert not (tmp_path / "etc/apt/sources.list").exists()


def test_it_is_said_that_debootstrap_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Failed, match="apt-get install debootstrap"):
        make_base(Tool("buildah"), "debian", "trixie", Mirrors(), tmp_path)
