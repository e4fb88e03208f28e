"""`python -m standalone up`: one `ready …` line on stdout, everything else on stderr."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, cast

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

_STDOUT, _STDERR = sys.stdout, sys.stderr
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
    supervisor = Supervisor(reactor, config, programs, say=_say, log_to=_log_to)
    exit_codes: list[int] = []

    async def run() -> None:
        exit_codes.append(await _exit_code(supervisor))
        reactor.stop()

    reactor.callWhenRunning(spawn, run(), "the edition")
    reactor.run(installSignalHandlers=False)
    return exit_codes[0]


async def _exit_code(supervisor: Supervisor) -> int:
    try:
        await supervisor.run(_announce)
    except StartFailed as error:
        _say(str(error))
        return error.exit_code
    except OSError as error:
        _say(str(error))
        return ExitCode.FAILED
    except Exception:
        _STDERR.write(traceback.format_exc())
        return ExitCode.FAILED
    return 0


def _announce(ready: Ready) -> None:
    _STDOUT.write(ready.line() + "\n")
    _STDOUT.flush()


def _log_to(log: IO[bytes]) -> None:
    """Send everything but the ready line and what is for people to a log.

    The app writes its own log to whatever `sys.stdout` or `sys.stderr` is when it is imported.
    """
    stream = io.TextIOWrapper(log, encoding="utf-8", errors="backslashreplace", write_through=True)
    sys.stdout = sys.stderr = stream
    warnings = FilteringLogObserver(
        textFileLogObserver(stream), [LogLevelFilterPredicate(LogLevel.warn)]
    )
    globalLogBeginner.beginLoggingTo([warnings], redirectStandardIO=False)


def _say(line: str) -> None:
    _STDERR.write(f"wallcrawler: {line}\n")
    _STDERR.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
