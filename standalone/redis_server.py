"""The edition's own Redis: a Unix socket nobody else can open, and nothing on disk.

It needs no persistence: the container is the truth for what runs and writes its sessions again
when Redis comes back empty, and the API key's hash comes from the environment.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from twisted.internet.task import deferLater

from standalone.config import StandaloneConfig
from standalone.errors import ExitCode, StartFailed
from standalone.processes import ChildProcess, Command
from standalone.runtime_dir import RuntimeDir

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

_READY_SECONDS = 10.0
_POLL_SECONDS = 0.01


class RedisServer:
    """How to start Redis and to know that it serves."""

    name = "Redis"
    stop_seconds = 5.0

    def __init__(
        self,
        reactor: EPollReactor,
        config: StandaloneConfig,
        runtime: RuntimeDir,
        log: IO[bytes],
        spawn: Callable[[Command], ChildProcess],
    ) -> None:
        self._reactor = reactor
        self._config = config
        self._socket = runtime.redis_socket
        self._log = log
        self._spawn = spawn

    def spawn(self) -> ChildProcess:
        """Start it.

        Raises:
            StartFailed: this machine has none.
        """
        if self._config.redis_server is None:
            raise StartFailed(
                "redis-server was not found; install it (on Debian and Ubuntu: "
                "apt-get install redis-server).",
                ExitCode.REDIS,
            )
        return self._spawn(
            Command(
                arguments=[self._config.redis_server, *self._options()],
                environment=self._config.inherited,
                stdout=self._log,
                stderr=self._log,
                folder=self._socket.parent,
            )
        )

    async def ready(self, child: ChildProcess) -> None:
        """Return when the socket takes connections.

        Raises:
            StartFailed: Redis ended or was too slow.
        """
        end = self._reactor.seconds() + _READY_SECONDS
        while child.alive and self._reactor.seconds() < end:
            if self._takes_connections():
                return
            await deferLater(self._reactor, _POLL_SECONDS)
        raise StartFailed("Redis did not start; see redis.log in the state dir.", ExitCode.REDIS)

    async def died(self) -> None:
        """Nothing is left of it: it wrote nothing, and the next one replaces the socket."""

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "databases": "1",
            "dir": str(self._socket.parent),
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _takes_connections(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            return probe.connect_ex(str(self._socket)) == 0
