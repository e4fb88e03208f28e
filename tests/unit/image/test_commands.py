"""Running other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.commands import Failed, heard, output_of, remove_tree, run, succeeds, temporary_folder


def test_what_a_command_prints_goes_to_stderr_after_the_command(
    capfd: pytest.CaptureFixture[str],
) -> None:
    run(["echo", "a word"])

    out, err = capfd.readouterr()
    assert (out, err) == ("", "image: echo 'a word'\na word\n")


def test_a_command_that_fails_is_one_sentence() -> None:
    with pytest.raises(Failed, match=r"^false failed \(exit code 1\)"):
        run(["false"])
    with pytest.raises(Failed, match="sh failed"):
        output_of(["sh", "-c", "exit 3"])


def test_output_comes_without_the_blanks_around() -> None:
    assert output_of(["echo", " x "]) == heard(["echo", " x "]) == "x"


def test_what_can_be_done_without_may_fail_or_not_be_there() -> None:
    assert heard(["sh", "-c", "echo x; exit 1"]) == ""
    assert heard(["no-such-program-anywhere"]) == ""


def test_a_command_succeeds_only_when_it_is_there_and_ends_well() -> None:
    assert succeeds(["true"])
    assert not succeeds(["false"])
    assert not succeeds(["no-such-program-anywhere"])


def test_a_temporary_folder_goes_whatever_happens(tmp_path: Path) -> None:
    def work() -> None:
        with temporary_folder(tmp_path, "build-") as folder:
            (folder / "deep").mkdir()
            run(["false"])

    with pytest.raises(Failed):
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_tree_is_removed_whole(tmp_path: Path) -> None:
    (tmp_path / "tree" / "deep").mkdir(parents=True)

    remove_tree(tmp_path / "tree")

    assert list(tmp_path.iterdir()) == []
