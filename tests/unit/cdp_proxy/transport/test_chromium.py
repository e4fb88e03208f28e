"""Starting and ending real browsers, and binaries that are none."""

from __future__ import annotations

import os
from pathlib import Path

import cdp.target
import psutil
import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from cdp_proxy.core.settings import launch_profile
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.chromium import Build, Launcher, LaunchFailed, UidPool, find_binary
from cdp_proxy.transport.processes import become_subreaper, group_exists
from cdp_proxy.transport.scratch import ScratchRoot
from shared.records import BrowserSettings
from tests.fakes.reactor import installed_reactor

PROFILE = launch_profile(BrowserSettings())


class TestBinary:
    def test_a_given_path_is_taken(self) -> None:
        assert find_binary("chromium", "/bin/true") == "/bin/true"

    @pytest.mark.parametrize("path", ["/nonexistent", "/etc/passwd", "/tmp"])
    def test_a_given_path_must_be_a_program(self, path: str) -> None:
        with pytest.raises(LaunchFailed, match=f"BROWSER_PATH {path} is not an executable file"):
            find_binary("chromium", path)

    def test_the_one_of_this_machine_is_found(self) -> None:
        assert os.access(find_binary("headless-shell", None), os.X_OK)


def test_user_ids_are_used_again_once_they_are_free() -> None:
    pool = UidPool()
    first, second = pool.take(), pool.take()
    pool.give_back(first)

    assert first != second
    assert pool.take() == first
    assert pool.take() not in (first, second)


class Launching(TestCase):
    @pytest.fixture(autouse=True)
    def _folder(self, scratch_dir: Path) -> None:
        self.parent = scratch_dir

    def setUp(self) -> None:
        become_subreaper()
        self.blocking = Blocking(installed_reactor())
        self.blocking.start()
        self.addCleanup(self.blocking.stop)
        self.scratch = ScratchRoot(self.parent, "task")
        self.addCleanup(self.scratch.remove)

    def launcher(self, binary: str) -> Launcher:
        build = Build(binary=binary, kind="headless-shell", sandbox=False)
        return Launcher(installed_reactor(), self.blocking, self.scratch, build)

    def script(self, text: str) -> str:
        path = self.parent / "fake-browser"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def folders(self) -> list[Path]:
        return [path for path in self.scratch.path.iterdir() if path.is_dir()]

    async def failure(self, binary: str) -> str:
        with self.assertRaises(LaunchFailed) as caught:
            await self.launcher(binary).launch(PROFILE)
        return str(caught.exception)

    async def test_a_browser_that_ends_at_once_leaves_its_last_words_and_nothing_else(
        self,
    ) -> None:
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        text = await self.failure(self.script("echo no usable display >&2; exit 3"))

        self.assertIn("no usable display", text)
        self.assertEqual(self.folders(), [])
        after = {child.pid for child in psutil.Process().children(recursive=True)}
        self.assertEqual(after - before, set())

    async def test_a_disk_that_fills_up_meanwhile_leaves_nothing(self) -> None:
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        (self.scratch.path / "b1.leader").symlink_to("/dev/full")

        text = await self.failure(find_binary("headless-shell", None))

        self.assertIn("No space left on device", text)
        self.assertEqual(list(self.scratch.path.glob("b1*")), [])
        after = {child.pid for child in psutil.Process().children(recursive=True)}
        self.assertEqual(after - before, set())

    async def test_a_binary_that_cannot_be_run_is_told(self) -> None:
        path = self.parent / "not-a-program"
        path.write_bytes(b"\x00\x01")
        path.chmod(0o755)

        self.assertIn("could not be started", await self.failure(str(path)))
        self.assertEqual(self.folders(), [])

    async def test_a_real_browser_answers_and_leaves_nothing(self) -> None:
        launcher = self.launcher(find_binary("headless-shell", None))
        browser = await launcher.launch(PROFILE)
        (page,) = [
            target
            for target in await browser.caller.call(cdp.target.get_targets())
            if target.type_ == "page"
        ]
        self.assertEqual(page.url, "about:blank")

        browser.kill()
        await launcher.bury(browser)

        self.assertFalse(group_exists(browser.pid))
        self.assertEqual(self.folders(), [])

    async def test_a_killed_browser_is_noticed_and_told_once(self) -> None:
        launcher = self.launcher(find_binary("headless-shell", None))
        browser = await launcher.launch(PROFILE)
        lost: Deferred[None] = Deferred()
        browser.on_lost = lambda: lost.callback(None)
        os.kill(browser.pid, 9)
        await lost

        with self.assertRaises(CallFailed):
            await browser.caller.call(cdp.target.get_targets())
        browser.kill()
        await launcher.bury(browser)
        self.assertEqual(self.folders(), [])

    async def test_the_browser_sees_nothing_of_our_environment(self) -> None:
        launcher = self.launcher(find_binary("headless-shell", None))
        browser = await launcher.launch(PROFILE)
        env = Path(f"/proc/{browser.pid}/environ").read_bytes()
        names = {entry.partition(b"=")[0] for entry in env.split(b"\0") if entry}
        browser.kill()
        await launcher.bury(browser)

        self.assertLessEqual({b"HOME", b"TMPDIR"}, names)
        self.assertEqual(
            names & {b"JWE_SECRET", b"REDIS_ENDPOINT", b"AWS_SECRET_ACCESS_KEY"}, set()
        )
        self.assertNotIn(os.environ["HOME"].encode() + b"\0", env)
