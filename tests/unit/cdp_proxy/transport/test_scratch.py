from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from select import select

import pytest

from cdp_proxy.transport.scratch import BrowserFolder, ScratchRoot

HOLD = """
import sys
from pathlib import Path
from cdp_proxy.transport.scratch import ScratchRoot
root = ScratchRoot(Path(sys.argv[1]), "other")
{script}
print("ready", flush=True)
sys.stdin.read()
"""


def holder(parent: Path, script: str = "") -> subprocess.Popen[str]:
    """Another container: locks a root, does `script`, then waits for its end."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD.format(script=script),
            str(parent),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def browser_with_child(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A process group of two, at home in a folder; a pidfd of the leader's child."""
    script = "import os, signal; os.fork() or print(os.getpid(), flush=True); signal.pause()"
    leader = subprocess.Popen(
        [sys.executable, "-S", "-c", script],
        start_new_session=True,
        stdout=subprocess.PIPE,
        cwd="/",
        env={"HOME": str(home)},
    )
    assert leader.stdout is not None
    child = os.pidfd_open(int(leader.stdout.readline()))
    leader.stdout.close()
    return leader, child


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_root_is_made_with_its_parents(tmp_path: Path) -> None:
    root = ScratchRoot(tmp_path / "a" / "b", "task")

    assert root.path == tmp_path / "a" / "b" / "task"
    assert root.path.stat().st_mode & 0o777 == 0o711
    root.remove()


def test_a_browser_has_folders_of_its_own(tmp_path: Path) -> None:
    root = ScratchRoot(tmp_path, "task")

    folder = root.new_folder("b1", None)

    inside = (folder.profile, folder.temp, folder.folders.downloads, folder.folders.uploads)
    for path in (folder.path, *map(Path, inside)):
        assert path.is_dir()
        assert path.stat().st_mode & 0o777 == 0o700
    root.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_browsers_folders_are_its_users(tmp_path: Path) -> None:
    root = ScratchRoot(tmp_path, "task")

    folder = root.new_folder("b1", 41_234)

    assert folder.path.stat().st_uid == folder.profile.stat().st_uid == 41_234
    root.remove()


def test_removing_twice_is_harmless(tmp_path: Path) -> None:
    root = ScratchRoot(tmp_path, "task")
    folder = root.new_folder("b1", None)
    folder.remove()
    folder.remove()
    root.remove()
    root.remove()

    assert list(tmp_path.iterdir()) == []


def test_a_living_containers_root_is_kept(tmp_path: Path) -> None:
    other = holder(tmp_path)
    root = ScratchRoot(tmp_path, "task")

    assert root.sweep() == 0
    assert (tmp_path / "other").is_dir()
    kill(other)


def test_a_dead_containers_root_is_swept(tmp_path: Path) -> None:
    other = holder(tmp_path, "(root.path / 'b1').mkdir(); (root.path / 'b1' / 'x').touch()")
    kill(other)
    root = ScratchRoot(tmp_path, "task")

    assert root.sweep() == 1
    assert list(tmp_path.iterdir()) == [root.path]
    assert root.sweep() == 0


def test_what_a_dead_container_left_running_is_killed(tmp_path: Path) -> None:
    other = holder(tmp_path, "root.new_folder('b1', None)")
    browser = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True
    )
    script = (
        "import sys; from pathlib import Path\n"
        "from cdp_proxy.transport.scratch import BrowserFolder\n"
        "BrowserFolder(Path(sys.argv[1])).write_leader(int(sys.argv[2]))"
    )
    folder = str(tmp_path / "other" / "b1")
    subprocess.run([sys.executable, "-c", script, folder, str(browser.pid)], check=True)
    kill(other)

    assert ScratchRoot(tmp_path, "task").sweep() == 1
    assert browser.wait(10) == -9


def test_a_process_that_only_has_the_number_of_a_browser_is_left_alone(tmp_path: Path) -> None:
    other = holder(tmp_path, "root.new_folder('b1', None)")
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True
    )
    (tmp_path / "other" / "b1.leader").write_text(f"{stranger.pid} 1")
    kill(other)

    assert ScratchRoot(tmp_path, "task").sweep() == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("leader", ["", "999999999 5", "999999999 "])
def test_a_leader_file_that_says_nothing_is_no_obstacle(tmp_path: Path, leader: str) -> None:
    other = holder(tmp_path, "root.new_folder('b1', None)")
    (tmp_path / "other" / "b1.leader").write_text(leader)
    kill(other)

    assert ScratchRoot(tmp_path, "task").sweep() == 1


def test_what_is_no_root_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "somebody's").mkdir()
    (tmp_path / "somebody's" / "lock").touch()
    (tmp_path / ".hidden").mkdir()
    os.utime(tmp_path / ".hidden", (0, 0))
    (tmp_path / "link").symlink_to(tmp_path / ".hidden")
    root = ScratchRoot(tmp_path, "task")

    assert root.sweep() == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"file", "somebody's", ".hidden", "link", "task"}


def test_a_root_that_is_just_being_made_is_left_alone(tmp_path: Path) -> None:
    coming = tmp_path / ".wallcrawler-other"
    coming.mkdir()

    assert ScratchRoot(tmp_path, "task").sweep() == 0
    assert coming.exists()


@pytest.mark.parametrize("locked", [True, False], ids=["with-a-lock", "without"])
def test_a_root_that_was_never_finished_is_swept(tmp_path: Path, locked: bool) -> None:
    half_made = tmp_path / ".wallcrawler-other"
    half_made.mkdir()
    if locked:
        (half_made / "wallcrawler.lock").touch()
    os.utime(half_made, (0, 0))

    assert ScratchRoot(tmp_path, "task").sweep() == 1
    assert not half_made.exists()


def test_what_a_dead_browser_left_running_is_killed(tmp_path: Path) -> None:
    kill(holder(tmp_path, "root.new_folder('b1', None)"))
    home = tmp_path / "other" / "b1"
    leader, child = browser_with_child(home)
    BrowserFolder(home).write_leader(leader.pid)
    leader.kill()
    leader.wait()

    assert ScratchRoot(tmp_path, "task").sweep() == 1
    assert select([child], [], [], 10)[0], "the child lives on"
    os.close(child)


def test_a_group_that_only_has_the_number_of_a_dead_browsers_is_left_alone(tmp_path: Path) -> None:
    kill(holder(tmp_path, "root.new_folder('b1', None)"))
    leader, child = browser_with_child(tmp_path)
    BrowserFolder(tmp_path / "other" / "b1").write_leader(leader.pid)
    leader.kill()
    leader.wait()

    assert ScratchRoot(tmp_path, "task").sweep() == 1
    assert not select([child], [], [], 0)[0]
    os.killpg(leader.pid, signal.SIGKILL)
    os.close(child)


def test_a_root_that_cannot_be_removed_does_not_stand_in_the_way(tmp_path: Path) -> None:
    kill(holder(tmp_path))
    other = tmp_path / "other"
    (other / "b1.leader").mkdir()  # what cannot be read can't be swept

    assert ScratchRoot(tmp_path, "task").sweep() == 0
    assert other.exists()
    shutil.rmtree(other)


def test_a_living_root_with_the_same_name_is_not_taken_over(tmp_path: Path) -> None:
    half_made = tmp_path / ".wallcrawler-task"
    half_made.mkdir()

    with pytest.raises(FileExistsError):
        ScratchRoot(tmp_path, "task")


def test_the_leader_of_a_process_that_is_gone_is_written_all_the_same(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    folder = ScratchRoot(tmp_path, "task").new_folder("b1", None)

    folder.write_leader(gone.pid)

    assert (folder.path.parent / "b1.leader").read_text() == f"{gone.pid} "


def test_a_parent_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match=r"exist|directory"):
        ScratchRoot(tmp_path / "file", "task")
    shutil.rmtree(tmp_path)
