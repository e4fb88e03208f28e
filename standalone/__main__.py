"""`python -m standalone up`: one `ready …` line on stdout, everything else on stderr."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)

from standalone.config import caller_environment, from_command_line
from standalone.errors import ExitCode, StartFailed
from standalone.supervisor import CONTAINER_COMMAND, Programs, Ready, Supervisor, load_app
from standalone.tasks import spawn

if TYPE_CHECKING:
    from twisted.internet.epollreactor import EPollReactor

PROGRAMS = Programs(container=CONTAINER_COMMAND, load_app=load_app)


def main(arguments: Sequence[str], programs: Programs = PROGRAMS) -> int:
    """Run one edition until it is told to stop; its exit code."""
    if not arguments or arguments[0] != "up":
        _say("usage: python -m standalone up [options]; see up --help")
        return ExitCode.CONFIG
    try:
        config = from_command_line(arguments[1:], caller_environment())
    except StartFailed as error:
        _say(str(error))
        return error.exit_code
    from twisted.internet import reactor as default_reactor  # installs it

    reactor = cast("EPollReactor", default_reactor)
    announce = _take_stdout()
    _log_warnings()
    supervisor = Supervisor(reactor, config, programs, _say)
    exit_codes: list[int] = []

    async def run() -> None:
        exit_codes.append(await _exit_code(supervisor, announce))
        reactor.stop()

    reactor.callWhenRunning(spawn, run(), "the edition")
    reactor.run(installSignalHandlers=False)
    return exit_codes[0]


async def _exit_code(supervisor: Supervisor, announce: Callable[[Ready], None]) -> int:
    try:
        await supervisor.run(announce)
    except StartFailed as error:
        _say(str(error))
        return error.exit_code
    except OSError as error:
        _say(str(error))
        return ExitCode.FAILED
    except Exception:
        sys.stderr.write(traceback.format_exc())
        return ExitCode.FAILED
    return 0


class _Announcer:
    """Prints the one line on the real standard output."""

    def __init__(self) -> None:
        self._stdout = sys.stdout

    def __call__(self, ready: Ready) -> None:
        self._stdout.write(ready.line() + "\n")
        self._stdout.flush()


def _take_stdout() -> _Announcer:
    """Keep stdout for the ready line: Chalice logs to whatever `sys.stdout` is when it starts."""
    announcer = _Announcer()
    sys.stdout = sys.stderr
    return announcer


def _log_warnings() -> None:
    to_stderr = FilteringLogObserver(
        textFileLogObserver(sys.stderr), [LogLevelFilterPredicate(LogLevel.warn)]
    )
    globalLogBeginner.beginLoggingTo([to_stderr], redirectStandardIO=False)


def _say(line: str) -> None:
    sys.stderr.write(f"wallcrawler: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
