"""The log: one JSON object a line on stdout, with the ids that a record carries."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from zope.interface import provider

from cdp_proxy.transport.log_context import current_ids

_IDS = ("session_id", "task_id", "request_id", "connection_id", "client_id", "reason")
_process: dict[str, str] = {}
"""Ids that all lines of this process carry."""


def identify(task_id: str | None) -> None:
    """Have every line name this task; None: no more."""
    _process.clear()
    if task_id is not None:
        _process["task_id"] = task_id


def write_record(record: Mapping[str, object]) -> None:
    """Put an object that is no event, but is for those who read the log, on a line of stdout."""
    sys.stdout.write(json.dumps({**_process, **record}) + "\n")
    sys.stdout.flush()


def start_logging(stream: TextIO = sys.stdout) -> None:
    """Send everything from INFO up to `stream`."""

    @provider(ILogObserver)
    def write(event: LogEvent) -> None:
        stream.write(format_line(event))
        stream.flush()

    at_info = LogLevelFilterPredicate(defaultLogLevel=LogLevel.info)
    globalLogBeginner.beginLoggingTo(
        [FilteringLogObserver(write, [at_info])], redirectStandardIO=False
    )


def format_line(event: LogEvent) -> str:
    """One event as a line of JSON: time, level, where, message, ids, and a traceback if any."""
    record: dict[str, object] = {
        "time": datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds"),
        "level": event["log_level"].name,
        "logger": event.get("log_namespace", ""),
        "message": formatEvent(event),
    }
    record |= {**_process, **current_ids()}
    record |= {name: str(event[name]) for name in _IDS if event.get(name) is not None}
    if event.get("log_failure") is not None:
        record["traceback"] = event["log_failure"].getTraceback()
    return json.dumps(record) + "\n"  # msgspec takes no lone surrogates
