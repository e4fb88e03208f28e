"""One build from end to end, with a program in place of Docker that writes down its orders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from image.building import EDITIONS, Wish, build, default_tag, this_week, today
from image.commands import Failed
from image.rootfs.contents import BROWSER_FILES
from image.tools import Tool
from tests.unit.image.archives import make_layer, save_image

DOCKER = """#!/bin/sh
echo "$@" >> "{folder}/orders"
if [ "$1" = save ]; then cp "{folder}/prepared" "$3"; fi
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    save_image(folder / "prepared", [make_layer({"x": b"1"})] * 3)
    (folder / "docker").write_text(DOCKER.format(folder=folder))
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def wish(tmp_path: Path, *, local_base: bool = False) -> Wish:
    return Wish(
        repository=tmp_path,
        edition="chromium",
        tag="t:1",
        packages_of="2026-W48",
        local_base=local_base,
    )


def test_it_builds_saves_and_can_be_measured(docker: Path, tmp_path: Path) -> None:
    archive = build(Tool("docker"), wish(tmp_path), tmp_path)

    built, saved = (docker / "orders").read_text().splitlines()
    assert built == (
        f"build --tag t:1 --build-arg BROWSER=chromium --build-arg PACKAGES_OF=2026-W48 {tmp_path}"
    )
    assert saved == f"save --output {tmp_path}/image.tar t:1"
    assert len(archive.layers()) == 3


def test_a_failure_tells_the_way_without_a_registry(docker: Path, tmp_path: Path) -> None:
    (docker / "docker").write_text("#!/bin/sh\nexit 125\n")

    with pytest.raises(Failed, match=r"docker failed \(exit code 125\).*--base debootstrap"):
        build(Tool("docker"), wish(tmp_path), tmp_path)


def test_only_buildah_makes_its_own_base(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="--tool buildah"):
        build(Tool("docker"), wish(tmp_path, local_base=True), tmp_path)


def test_every_edition_is_known_inside_and_has_a_tag_of_its_own() -> None:
    assert set(EDITIONS) == set(BROWSER_FILES)
    assert default_tag("chromium") == "wallcrawler:chromium"


def test_dates_are_written_so_that_they_sort() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", today())
    assert re.fullmatch(r"\d{4}-W\d\d", this_week())
