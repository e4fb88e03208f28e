"""The runtime dir: short, private, passable, swept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from standalone.errors import StartFailed
from standalone.runtime_dir import RuntimeDir


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_fits_however_deep_the_state_dir_is(tmp_path: Path) -> None:
    runtime = RuntimeDir.create(tmp_path / ("deep/" * 40))

    assert len(str(runtime.redis_socket)) <= 107
    runtime.remove()


def test_other_uids_can_pass_to_the_scratch_but_not_to_redis(tmp_path: Path) -> None:
    runtime = RuntimeDir.create(tmp_path)

    assert mode_of(runtime.scratch) == mode_of(runtime.path) == 0o711
    assert mode_of(runtime.redis_socket.parent) == 0o700
    runtime.remove()


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    left = RuntimeDir.create(tmp_path).scratch / "profile"
    left.mkdir()

    runtime = RuntimeDir.create(tmp_path)

    assert not left.exists()
    runtime.remove()


def test_nothing_is_left_after_removal_and_twice_is_harmless(tmp_path: Path) -> None:
    runtime = RuntimeDir.create(tmp_path)

    runtime.remove()
    runtime.remove()

    assert not runtime.path.exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    runtime = RuntimeDir.create(tmp_path)
    runtime.remove()
    (tmp_path / "precious").mkdir()
    runtime.path.symlink_to(tmp_path / "precious")

    with pytest.raises(StartFailed, match="somebody else made it"):
        RuntimeDir.create(tmp_path)

    assert (tmp_path / "precious").exists()
    runtime.path.unlink()


def test_the_endpoint_is_a_unix_url_of_the_socket(tmp_path: Path) -> None:
    runtime = RuntimeDir(tmp_path / "a b")

    assert runtime.redis_endpoint == f"unix://{tmp_path}/a%20b/run/redis.sock"
