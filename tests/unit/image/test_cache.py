"""Images are kept until something that they are made of changes."""

from __future__ import annotations

import fcntl
import json
import threading
from pathlib import Path

import pytest

from image.building import this_week
from image.cache import Cache, cache_of, fingerprint
from image.commands import Failed

LAYER = {"digest": "sha256:1", "bytes": 2, "compressed_bytes": 1, "what": "all"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("Dockerfile", ".dockerignore", "requirements.txt"):
        (tmp_path / name).write_text(name)
    for folder in ("image", "cdp_proxy", "shared", "requirements"):
        (tmp_path / folder).mkdir()
    for name in ("constraints.txt", "container.txt"):
        (tmp_path / "requirements" / name).write_text(name)
    (tmp_path / "shared" / "ids.py").write_text("x = 1")
    return tmp_path


def keep(folder: Path, repository: Path) -> Cache:
    """A cache that has the image of the repository as it is."""
    report = {
        "fingerprint": fingerprint(repository, f"headless-shell {this_week()}"),
        "layers": [LAYER],
        "config": {"User": "1:1"},
    }
    (folder / "headless-shell").mkdir(parents=True)
    (folder / "headless-shell" / "report.json").write_text(json.dumps(report))
    return Cache(folder, repository)


def test_an_image_that_is_there_is_not_built_again(tmp_path: Path, repository: Path) -> None:
    image = keep(tmp_path / "cache", repository).image("headless-shell")

    assert image.root == tmp_path / "cache" / "headless-shell" / "root"
    assert [layer.compressed_bytes for layer in image.layers] == [1]
    assert image.config == {"User": "1:1"}


def test_whoever_comes_second_waits_for_the_first(tmp_path: Path, repository: Path) -> None:
    cache = keep(tmp_path / "cache", repository)
    done = threading.Event()

    def ask() -> None:
        cache.image("headless-shell")
        done.set()

    with (tmp_path / "cache" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asking = threading.Thread(target=ask)
        asking.start()
        waited = not done.wait(0.2)
    asking.join(60)

    assert waited
    assert done.is_set()


def test_a_change_of_code_makes_a_new_image_necessary(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = keep(tmp_path / "cache", repository)
    (repository / "shared" / "ids.py").write_text("x = 2")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Failed, match=r"install buildah|Only root"):
        cache.image("headless-shell")


@pytest.mark.parametrize(("limit", "left"), [(6_000, ["storage-this"]), (1, [])])
def test_old_layers_and_too_many_of_them_are_thrown_away(
    tmp_path: Path, limit: int, left: list[str]
) -> None:
    for name in ("storage-other", "storage-this"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "layer").write_bytes(b"x" * 3_000_000)

    Cache(tmp_path, tmp_path, limit)._make_room("this")

    assert [path.name for path in tmp_path.iterdir()] == left


def test_names_and_contents_count_but_not_compiled_code(repository: Path) -> None:
    before = fingerprint(repository, "")
    (repository / "shared" / "ids.pyc").write_text("")
    same = fingerprint(repository, "")
    (repository / "shared" / "ids.py").rename(repository / "shared" / "names.py")

    assert same == before
    assert fingerprint(repository, "") != before
    assert fingerprint(repository, "week") != fingerprint(repository, "")


def test_working_copies_do_not_share(tmp_path: Path) -> None:
    environment = {"HOME": "/home/somebody"}

    one, other = (cache_of(tmp_path / name, environment) for name in ("one", "other"))

    assert one._folder != other._folder
    assert one._folder.parent == Path("/home/somebody/.cache/wallcrawler")
    assert cache_of(tmp_path, {"XDG_CACHE_HOME": "/x"})._folder.parent == Path("/x/wallcrawler")
