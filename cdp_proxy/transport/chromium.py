"""One Chromium process tree: started, spoken to over its pipe, ended whole.

Each browser leads a process group of its own, runs in a scratch folder of its own with a clean
environment, and, where the container may, under a user id of its own. The binary is the real one:
Debian's `/usr/bin/chromium*` are shell wrappers that outlive or lose their browser.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

import cdp.browser
from twisted.internet.defer import Deferred

from cdp_proxy.core.settings import BASE_FLAGS, LaunchProfile
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.caller import CallFailed, CdpCaller
from cdp_proxy.transport.pipe import Pipe, PipeSocket
from cdp_proxy.transport.processes import ExitWatch, end_strays, group_gone, kill_group
from cdp_proxy.transport.reactor import Reactor
from cdp_proxy.transport.scratch import BrowserFolder, ScratchRoot
from cdp_proxy.transport.stderr_tail import StderrTail

LAUNCH_TIMEOUT_SECONDS = 20.0
"""Far above the 1.4 s full Chromium takes; a machine that starts forty at once is slow."""

FIRST_BROWSER_UID = 41_000
"""Above what distributions hand out to people and services, below containers' sub-id ranges."""

KNOWN_BINARIES = {
    "headless-shell": (
        "/usr/lib/chromium/chromium-headless-shell",
        "chromium-headless-shell",
        "chrome-headless-shell",
    ),
    "chromium": ("/usr/lib/chromium/chromium", "chromium-browser", "google-chrome-stable"),
}
_FLAGS_OF_KIND = {"headless-shell": (), "chromium": ("--headless=new", "--test-type")}
"""`--test-type` keeps full Chromium's warning bars away, which take their height from the page."""


class LaunchFailed(Exception):
    """The browser ended before it answered, or did not answer; the text holds its last words."""


def find_binary(kind: str, path: str | None) -> str:
    """The real binary of `headless-shell` or `chromium`.

    Raises:
        LaunchFailed: none is installed, or `path` is not an executable file.
    """
    if path is not None:
        if not os.access(path, os.X_OK) or Path(path).is_dir():
            raise LaunchFailed(f"BROWSER_PATH {path} is not an executable file.")
        return path
    for candidate in KNOWN_BINARIES[kind]:
        found = shutil.which(candidate)
        if found is not None:
            return found
    package = "chromium-headless-shell" if kind == "headless-shell" else "chromium"
    raise LaunchFailed(
        f"No {kind} browser was found: install it (Debian: apt-get install {package}) "
        "or set BROWSER_PATH."
    )


@dataclass(frozen=True, slots=True)
class Build:
    """Which browser to start, and how this machine lets it run."""

    binary: str
    kind: str
    sandbox: bool


class Browser:
    """A started Chromium that answers on its pipe."""

    def __init__(self, pid: int, pipe: Pipe, caller: CdpCaller, folder: BrowserFolder) -> None:
        """`Launcher.launch` makes these."""
        self.pid = pid
        """Also the id of its process group."""
        self.folder = folder
        self.caller = caller
        self.send = pipe.send
        self.queue = pipe.queue
        self.flush = pipe.flush
        self.lost = False
        """Whether it is gone, or being ended."""
        self.on_client_message: Callable[[bytes], bool] = _leave_to_caller
        """Gets each message first; False leaves it to the proxy's own `caller`."""
        self.on_lost: Callable[[], None] = _nothing
        """Called once when the browser is gone without having been ended."""
        self.process_exited: Deferred[int] = Deferred()
        self._pipe = pipe
        pipe.on_message = self._received
        pipe.on_lost = self._gone

    def on_batch(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each batch of messages."""
        self._pipe.on_batch = callback

    def on_pressure(self, callback: Callable[[bool], None]) -> None:
        """Have `callback` told when the browser takes no more for now (True), and again."""
        self._pipe.on_pressure = callback

    def exited(self, code: int) -> None:
        """The process has ended; called by its exit watch."""
        self.process_exited.callback(code)
        self._gone()

    def kill(self) -> None:
        """Kill the whole tree and close the pipe; `Launcher.bury` does the rest."""
        self.lost = True
        self.caller.lose("the browser has been closed")
        kill_group(self.pid)
        self._pipe.transport.abort()  # type: ignore[union-attr]

    def _received(self, message: bytes) -> None:
        if not self.on_client_message(message):
            self.caller.receive(message)

    def _gone(self) -> None:
        if not self.lost:
            self.lost = True
            self.caller.lose("the browser is gone")
            self.on_lost()


class Launcher:
    """Starts and ends browsers, each in a new folder and under a user id of its own."""

    def __init__(
        self, reactor: Reactor, blocking: Blocking, scratch: ScratchRoot, build: Build
    ) -> None:
        self.build = build
        self._reactor = reactor
        self._blocking = blocking
        self._scratch = scratch
        self._uids = UidPool() if os.geteuid() == 0 else None
        self._uid_of: dict[int, int] = {}
        self._started = 0

    async def launch(self, profile: LaunchProfile) -> Browser:
        """Start a browser and wait for its first answer.

        Raises:
            LaunchFailed: with the end of what it wrote to stderr; nothing is left of it.
        """
        uid = self._uids.take() if self._uids is not None else None
        try:
            process, ours, stderr, folder = self._start_process(profile, uid)
        except OSError as error:
            self._give_back(uid)
            raise LaunchFailed(
                f"{self.build.binary} could not be started: {error.strerror}."
            ) from error
        if uid is not None:
            self._uid_of[process.pid] = uid
        browser = self._connect(process, ours, folder)
        try:
            folder.write_leader(process.pid)
            await browser.caller.call(
                cdp.browser.get_version(), timeout_seconds=LAUNCH_TIMEOUT_SECONDS
            )
        except (CallFailed, OSError) as error:
            browser.kill()
            await self.bury(browser)
            raise LaunchFailed(
                f"{self.build.binary} did not start: {stderr.text() or error}"
            ) from error
        return browser

    async def bury(self, browser: Browser) -> None:
        """Reap a killed browser's whole tree and delete its folder; to be called once.

        Raises:
            RuntimeError: a process of the tree does not end; its folder is kept.
        """
        await browser.process_exited
        kill_group(browser.pid)
        if not await group_gone(self._reactor, browser.pid):
            raise RuntimeError(f"process group {browser.pid} does not end")
        await self._blocking.run(lambda: end_strays(browser.folder.path))
        await self._blocking.run(browser.folder.remove)
        self._give_back(self._uid_of.pop(browser.pid, None))

    def _start_process(
        self, profile: LaunchProfile, uid: int | None
    ) -> tuple[Popen[bytes], socket.socket, StderrTail, BrowserFolder]:
        """Make what a browser needs and run it; all of it is gone again after an OSError."""
        self._started += 1
        with ExitStack() as undo:
            folder = self._scratch.new_folder(f"b{self._started}", uid)
            undo.callback(folder.remove)
            ours, theirs = socket.socketpair()
            undo.callback(ours.close)
            stderr = StderrTail(self._reactor)
            undo.callback(stderr.close)
            try:
                process = self._spawn(profile, folder, uid, (theirs.fileno(), stderr.write_fd))
            finally:
                theirs.close()
                stderr.close_write_end()
            undo.pop_all()
        return process, ours, stderr, folder

    def _connect(
        self, process: Popen[bytes], ours: socket.socket, folder: BrowserFolder
    ) -> Browser:
        pipe = Pipe()
        caller = CdpCaller(self._reactor, pipe.send)
        browser = Browser(process.pid, pipe, caller, folder)
        ExitWatch(self._reactor, process, browser.exited)
        PipeSocket(self._reactor, ours, pipe)
        return browser

    def _give_back(self, uid: int | None) -> None:
        if uid is not None and self._uids is not None:
            self._uids.give_back(uid)

    def _spawn(
        self,
        profile: LaunchProfile,
        folder: BrowserFolder,
        uid: int | None,
        fds: tuple[int, int],
    ) -> Popen[bytes]:
        pipe_fd, stderr_fd = fds

        def place_pipe() -> None:
            # Chromium reads commands from fd 3 and writes to fd 4 (`__main__` keeps ours busy).
            os.dup2(pipe_fd, 3)
            os.dup2(pipe_fd, 4)

        flags = [*BASE_FLAGS, *_FLAGS_OF_KIND[self.build.kind], *profile.flags]
        if not self.build.sandbox:
            flags.append("--no-sandbox")
        return Popen(
            [self.build.binary, *flags, f"--user-data-dir={folder.profile}", "about:blank"],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=stderr_fd,
            preexec_fn=place_pipe,  # noqa: PLW1509 - only dup2: takes no lock, allocates nothing
            pass_fds=(3, 4),
            start_new_session=True,
            cwd=folder.path,
            env=_environment(folder, profile),
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )


class UidPool:
    """User ids for browsers, when the container runs as root: no two living ones share one."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = FIRST_BROWSER_UID

    def take(self) -> int:
        """An id nobody uses now."""
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    def give_back(self, uid: int) -> None:
        """Its browser and all its files are gone."""
        self._free.append(uid)


def _leave_to_caller(_message: bytes) -> bool:
    return False


def _nothing() -> None:
    """Nobody asked to be told."""


def _environment(folder: BrowserFolder, profile: LaunchProfile) -> dict[str, str]:
    """Nothing of ours: no secrets, no credentials, no endpoints."""
    return {
        "HOME": str(folder.path),
        "TMPDIR": str(folder.temp),
        "LANG": "C.UTF-8",  # always there; in a locale that is not, names would have to be ASCII
        "PATH": "/usr/bin:/bin",
        **dict(profile.env),
    }
