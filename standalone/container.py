"""The browser container as a child process: its environment, its readiness, its complaint."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from standalone.config import REPOSITORY, StandaloneConfig
from standalone.errors import ExitCode, StartFailed
from standalone.processes import ChildProcess, Command

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

_READY_SECONDS = 60.0
"""Starting the warm browsers may take long on a machine that has just installed them."""
_READY_LINE_BYTES_MAX = 4_096
_COMPLAINT_PREFIX = "wallcrawler container: "


@dataclass(frozen=True, slots=True)
class ContainerLinks:
    """What the container is given by the edition."""

    redis_endpoint: str
    jwt_secret: str
    scratch: Path
    cdp_port: int
    """Where it listens; the same at every restart."""
    public_cdp_url: str
    """Base of the `connectUrl`s, without a path of its own."""


class Container:
    """How to start the container and to know that it serves."""

    name = "The container"
    stop_seconds = 15.0
    """It ends its sessions first."""

    def __init__(
        self,
        reactor: EPollReactor,
        config: StandaloneConfig,
        links: ContainerLinks,
        arguments: Sequence[str],
        *,
        logs: tuple[IO[bytes], IO[bytes]],
        spawn: Callable[[Command], ChildProcess],
        after_death: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Take what a start needs.

        Args:
            reactor: the one reactor.
            config: the edition's settings.
            links: what ties the container to Redis, the gateway and the disk.
            arguments: the command that runs it.
            logs: for its stdout and its stderr.
            spawn: starts a child.
            after_death: ends and reaps what a dead container left behind.
        """
        self._reactor = reactor
        self._config = config
        self._links = links
        self._stdout, self._stderr = logs
        self._spawn = spawn
        self._after_death = after_death
        self._arguments = arguments
        self._ready: _ReadyLine | None = None
        self._complaints_from = 0

    def spawn(self) -> ChildProcess:
        """Start it."""
        self._complaints_from = os.fstat(self._stderr.fileno()).st_size
        reader, writer = os.pipe()
        try:
            child = self._spawn(
                Command(
                    arguments=self._arguments,
                    environment=self._environment(writer),
                    stdout=self._stdout,
                    stderr=self._stderr,
                    folder=REPOSITORY,
                    passed_fds=[writer],
                )
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self._ready = _ReadyLine(self._reactor, reader)
        return child

    async def ready(self, child: ChildProcess) -> None:
        """Return when it has said that it is registered and serving.

        Raises:
            StartFailed: with its own complaint and exit code when it ended instead.
        """
        if self._ready is None:
            raise RuntimeError("ready() before spawn()")
        try:
            line = await self._ready.line.addTimeout(_READY_SECONDS, self._reactor)
        except DeferredTimeout as error:
            raise StartFailed(
                f"The browser container was not ready within {_READY_SECONDS:g} s; "
                "see container.log in the state dir.",
                ExitCode.FAILED,
            ) from error
        finally:
            self._ready.close()
        if not line:
            code = await child.stop(_READY_SECONDS)
            raise StartFailed(self._complaint(), code if code > 0 else ExitCode.FAILED)

    async def died(self) -> None:
        """End the browsers it left, before a new one sweeps their scratch."""
        await self._after_death()

    def _environment(self, ready_fd: int) -> dict[str, str]:
        config = self._config
        variables = {
            **config.inherited,
            **config.tuning,
            **config.aws,
            "REDIS_ENDPOINT": self._links.redis_endpoint,
            "JWE_SECRET": self._links.jwt_secret,
            "CDP_HOST": config.host,
            "CDP_PORT": str(self._links.cdp_port),
            "CDP_PUBLIC_URL": self._links.public_cdp_url,
            "MAX_SESSIONS": str(config.max_sessions),
            "WARM_BROWSERS": str(config.warm),
            "BROWSER": config.browser,
            "SCRATCH_DIR": str(self._links.scratch),
            "READY_FD": str(ready_fd),
        }
        if config.browser_path is not None:
            variables["BROWSER_PATH"] = config.browser_path
        return variables

    def _complaint(self) -> str:
        """The last line this start wrote to stderr: the container promises one clear sentence."""
        with Path(self._stderr.name).open("rb") as log:
            log.seek(self._complaints_from)
            lines = log.read().decode(errors="replace").strip().splitlines()
        if not lines:
            return "The browser container ended without a word."
        return lines[-1].removeprefix(_COMPLAINT_PREFIX)


@implementer(IReadDescriptor)
class _ReadyLine:
    """Reads the one line from the container's READY_FD; fires with b"" when it never came."""

    def __init__(self, reactor: EPollReactor, descriptor: int) -> None:
        self._reactor = reactor
        self._descriptor = descriptor
        self._received = b""
        self.line: Deferred[bytes] = Deferred()
        os.set_blocking(descriptor, False)
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._descriptor

    def logPrefix(self) -> str:
        return "ready"

    def doRead(self) -> None:
        chunk = os.read(self._descriptor, _READY_LINE_BYTES_MAX)
        self._received += chunk
        line, newline, _ = self._received.partition(b"\n")
        if newline or not chunk or len(self._received) > _READY_LINE_BYTES_MAX:
            self._end(line if newline else b"")

    def connectionLost(self, reason: Failure) -> None:  # noqa: ARG002 (the interface's)
        """The other end was closed with nothing left to read: epoll says so in this way."""
        self._end(b"")

    def _end(self, line: bytes) -> None:
        self.close()
        if not self.line.called:
            self.line.callback(line)

    def close(self) -> None:
        if self._descriptor >= 0:
            self._reactor.removeReader(self)
            os.close(self._descriptor)
            self._descriptor = -1
