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
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

import cdp.browser
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorCore, IReactorFDSet, IReactorSocket, IReactorTime
from twisted.internet.protocol import Factory

from cdp_proxy.core.settings import BASE_FLAGS, LaunchProfile
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.caller import CallFailed, CdpCaller
from cdp_proxy.transport.pipe import Pipe
from cdp_proxy.transport.processes import ExitWatch, group_gone, kill_group
from cdp_proxy.transport.scratch import BrowserFolder
from cdp_proxy.transport.stderr_tail import StderrTail

LAUNCH_TIMEOUT_SECONDS = 20.0
"""Far above the 1.4 s full Chromium takes; a machine that starts forty at once is slow."""

KNOWN_BINARIES = {
    "headless-shell": (
        "/usr/lib/chromium/chromium-headless-shell",
        "chromium-headless-shell",
        "chrome-headless-shell",
    ),
    "chromium": ("/usr/lib/chromium/chromium", "chromium-browser", "google-chrome-stable"),
}
_FLAGS_OF_KIND = {"headless-shell": (), "chromium": ("--headless=new",)}


class Reactor(IReactorCore, IReactorTime, IReactorFDSet, IReactorSocket):
    """What starting a browser needs of the reactor."""


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

    def __init__(self, process: Popen[bytes], pipe: Pipe, folder: BrowserFolder) -> None:
        """`launch` makes these."""
        self.folder = folder
        self.pid = process.pid
        self.send = pipe.send
        self.on_pressure: Callable[[bool], None] = lambda _full: None
        self.on_client_message: Callable[[bytes], bool] = lambda _message: False
        """Gets each message first; False leaves it to the proxy's own `caller`."""
        self.on_lost: Callable[[], None] = lambda: None
        """Called once when the browser is gone without `end` having been called."""
        self.lost = False
        self._pipe = pipe
        self._ending: Deferred[None] | None = None
        self._exited: Deferred[int] = Deferred()
        pipe.on_message = self._received
        pipe.on_lost = self._gone
        pipe.on_pressure = lambda full: self.on_pressure(full)

    def attach(self, caller: CdpCaller) -> None:
        """Set the proxy's own end of the pipe; part of `launch`."""
        self.caller = caller

    def exited(self, code: int) -> None:
        """The process has ended; called by its exit watch."""
        self._exited.callback(code)
        self._gone()

    async def end(self, reactor: Reactor, blocking: Blocking) -> None:
        """Kill the whole tree, reap it, delete its folder. May be called again.

        Raises:
            RuntimeError: a process of the tree is still there; its folder is kept.
        """
        self.lost = True
        self.caller.lose("the browser has been closed")
        kill_group(self.pid)
        self._pipe.transport.abortConnection()  # type: ignore[union-attr]
        if not self._exited.called:
            await self._exited
        if not await group_gone(reactor, self.pid):
            raise RuntimeError(f"process group {self.pid} does not end")
        await blocking.run(self.folder.remove)

    def _received(self, message: bytes) -> None:
        if not self.on_client_message(message):
            self.caller.receive(message)

    def _gone(self) -> None:
        if self.lost:
            return
        self.lost = True
        self.caller.lose("the browser is gone")
        self.on_lost()


async def launch(
    reactor: Reactor,
    blocking: Blocking,
    build: Build,
    profile: LaunchProfile,
    folder: BrowserFolder,
    uid: int | None,
) -> Browser:
    """Start a browser and wait for its first answer.

    Args:
        reactor: runs the pipe and the timers.
        blocking: deletes the folder when the start fails.
        build: which binary, and whether with its sandbox.
        profile: flags and environment of the session's settings.
        folder: its scratch folder, which it owns from here on.
        uid: the user and group it runs as; None for ours.

    Raises:
        LaunchFailed: with the end of what it wrote to stderr; nothing is left of it.
    """
    ours, theirs = socket.socketpair()
    stderr = StderrTail(reactor)
    try:
        process = _spawn(build, profile, folder, uid, theirs, stderr.write_fd)
    except OSError as error:
        ours.close()
        stderr.close()
        await blocking.run(folder.remove)
        raise LaunchFailed(f"{build.binary} could not be started: {error.strerror}.") from error
    finally:
        theirs.close()
        stderr.close_write_end()
    folder.write_leader(process.pid)
    pipe = Pipe()
    browser = Browser(process, pipe, folder)
    browser.attach(CdpCaller(reactor, pipe.send))
    ExitWatch(reactor, process, browser.exited)
    _adopt(reactor, ours, pipe)
    try:
        await browser.caller.call(cdp.browser.get_version(), timeout_seconds=LAUNCH_TIMEOUT_SECONDS)
    except CallFailed as error:
        await browser.end(reactor, blocking)
        raise LaunchFailed(f"{build.binary} did not start: {stderr.text() or error}") from error
    return browser


def _adopt(reactor: IReactorSocket, ours: socket.socket, pipe: Pipe) -> None:
    ours.setblocking(False)
    factory = Factory.forProtocol(lambda: pipe)
    factory.noisy = False
    reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, factory)
    ours.close()


def _spawn(
    build: Build,
    profile: LaunchProfile,
    folder: BrowserFolder,
    uid: int | None,
    pipe: socket.socket,
    stderr_fd: int,
) -> Popen[bytes]:
    source = pipe.fileno()

    def place_pipe() -> None:
        # Chromium reads commands from fd 3 and writes to fd 4; ours are taken (see `__main__`).
        os.dup2(source, 3)
        os.dup2(source, 4)

    flags = [*BASE_FLAGS, *_FLAGS_OF_KIND[build.kind], *profile.flags]
    if not build.sandbox:
        flags.append("--no-sandbox")
    user = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    return Popen(
        [build.binary, *flags, f"--user-data-dir={folder.profile}", "about:blank"],
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=stderr_fd,
        preexec_fn=place_pipe,  # noqa: PLW1509 - only dup2: takes no lock, allocates nothing
        pass_fds=(3, 4),
        start_new_session=True,
        cwd=folder.path,
        env=_environment(folder, profile),
        **user,  # type: ignore[call-overload]
    )


def _environment(folder: BrowserFolder, profile: LaunchProfile) -> dict[str, str]:
    """Nothing of ours: no secrets, no credentials, no endpoints."""
    return {
        "HOME": str(folder.path),
        "TMPDIR": str(folder.temp),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/bin:/bin",
        **dict(profile.env),
    }
