"""Secrets, logs and the lock."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone.errors import ExitCode, StartFailed
from standalone.state_dir import StateDir


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateDir]:
    opened = StateDir.open(tmp_path / "state")
    yield opened
    opened.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_secrets_are_the_owners_alone(state: StateDir) -> None:
    state.secrets()

    assert mode_of(state.path) == 0o700
    assert mode_of(state.path / "secrets.json") == 0o600


def test_secrets_are_made_once(state: StateDir) -> None:
    assert state.secrets() == state.secrets()
    assert len(state.secrets().jwt_secret) >= 32


def test_two_folders_have_nothing_in_common(state: StateDir, tmp_path: Path) -> None:
    other = StateDir.open(tmp_path / "other")

    assert other.secrets().api_key != state.secrets().api_key
    assert other.secrets().jwt_secret != state.secrets().jwt_secret
    other.close()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"jwtSecret": "x", "apiKey": "y"}', "\x00"])
def test_a_secrets_file_that_is_none_is_refused(state: StateDir, text: str) -> None:
    (state.path / "secrets.json").write_text(text)

    with pytest.raises(StartFailed, match="not a secrets file"):
        state.secrets()


def test_a_file_open_to_others_is_closed_to_them(state: StateDir) -> None:
    state.secrets()
    (state.path / "secrets.json").chmod(0o644)

    state.secrets()

    assert mode_of(state.path / "secrets.json") == 0o600


def test_one_edition_at_a_time(state: StateDir) -> None:
    with pytest.raises(StartFailed, match=r"pid \d+") as caught:
        StateDir.open(state.path)

    assert caught.value.exit_code == ExitCode.STATE_DIR


def test_a_closed_folder_can_be_opened_again(state: StateDir) -> None:
    state.close()

    StateDir.open(state.path).close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StartFailed, match="cannot be used: Not a directory"):
        StateDir.open(tmp_path / "file" / "state")


def test_a_new_log_keeps_the_one_before(state: StateDir) -> None:
    for text in (b"first", b"second", b"third"):
        with state.open_log("redis") as log:
            log.write(text)

    logs = {path.name: path.read_bytes() for path in (state.path / "logs").iterdir()}
    assert logs == {"redis.log": b"third", "redis.log.1": b"second"}
