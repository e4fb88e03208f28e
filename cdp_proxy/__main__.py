"""`python -m cdp_proxy`: the container's process. Settings come from the environment."""

from __future__ import annotations

import gc
import os
import sys

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from cdp_proxy.config import ConfigError, ProxyConfig
from cdp_proxy.service import EXIT_CONFIG, Container, Ready, StartFailed
from cdp_proxy.transport.descriptors import raise_limit
from cdp_proxy.transport.logs import start_logging
from cdp_proxy.transport.processes import become_subreaper
from cdp_proxy.transport.reactor import Reactor, install

_log = Logger()

_PIPE_FDS = (3, 4)
_COLLECT_AFTER_OBJECTS = 5_000


def main() -> int:
    """Run until SIGTERM or SIGINT; the exit code says why it could not start."""
    try:
        config = ProxyConfig.from_env()
    except ConfigError as error:
        return _complain(EXIT_CONFIG, str(error))
    _occupy_pipe_fds()
    become_subreaper()
    raise_limit()
    start_logging()
    reactor = install()
    try:
        container = Container(reactor, config)
    except StartFailed as error:
        return _complain(error.exit_code, str(error))
    return _run(reactor, container, config)


def _run(reactor: Reactor, container: Container, config: ProxyConfig) -> int:
    exit_code = 0

    def failed(failure: Failure) -> None:
        nonlocal exit_code
        error = failure.value
        if isinstance(error, StartFailed):
            exit_code = _complain(error.exit_code, str(error))
        else:
            exit_code = _complain(1, failure.getTraceback())
        reactor.stop()

    def begin() -> None:
        starting = Deferred.fromCoroutine(container.start())
        starting.addCallback(lambda ready: _announce(config.ready_fd, ready))
        starting.addCallback(lambda _: _spare_the_collector())
        starting.addErrback(failed)

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: _stopped(container))
    reactor.run()
    return exit_code


def _announce(fd: int | None, ready: Ready) -> None:
    """Tell who started us: one JSON line, then end of file."""
    if fd is None:
        return
    line = {"taskId": ready.task_id, "cdpUrl": ready.cdp_url, "browser": ready.browser}
    with os.fdopen(fd, "wb") as stream:
        stream.write(msgspec.json.encode(line) + b"\n")


def _spare_the_collector() -> None:
    """Take what has been loaded out of the garbage collector's rounds: it stays for good.

    A snapshot of a page is tens of thousands of objects made at once; with the default threshold
    each sets off dozens of rounds, some of them over everything there is.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_OBJECTS)


def _occupy_pipe_fds() -> None:
    """Keep fds 3 and 4 in use: each browser gets its pipe there (`Launcher._spawn`)."""
    while (fd := os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)) <= max(_PIPE_FDS):
        pass
    os.close(fd)


def _stopped(container: Container) -> Deferred[None]:
    """Fires when the container is down; what went wrong is logged, the process ends anyway."""
    stopping = Deferred.fromCoroutine(container.stop())
    stopping.addErrback(lambda failure: _log.failure("stopping failed", failure=failure))
    return stopping


def _complain(exit_code: int, text: str) -> int:
    sys.stderr.write(f"wallcrawler container: {text}\n")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
