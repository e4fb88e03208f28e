"""JSON lines about requests and failures. Never given keys, tokens, queries or bodies."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import msgspec

LOGGER = logging.getLogger("wallcrawler")
"""Also what Chalice itself logs to, since the app bears this name."""

_FIELDS = "wallcrawler_fields"
_NOTHING: Mapping[str, object] = {}
_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=_NOTHING)


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Have every line carry these fields until the block ends: `requestId`, `connectionId`."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def also_about(**fields: object) -> None:
    """Have the lines until the end of the present block, if any, carry these too: `sessionId`."""
    if _about.get() is not _NOTHING:
        _about.set({**_about.get(), **fields})


def current_request_id() -> str:
    """The request that is being served; empty outside of one."""
    return str(_about.get().get("requestId", ""))


def current_fields() -> Mapping[str, object]:
    """What every line carries just now."""
    return _about.get()


def info(event: str, **fields: object) -> None:
    """Log one event; `fields` are JSON-serialisable and become members of its line."""
    LOGGER.info(event, extra={_FIELDS: fields})


def warning(event: str, **fields: object) -> None:
    """Log what somebody may have to look at; `fields` as those of `info`."""
    LOGGER.warning(event, extra={_FIELDS: fields})


def failure(event: str, error: BaseException, **fields: object) -> None:
    """Log an unexpected error with its traceback."""
    LOGGER.error(event, exc_info=error, extra={_FIELDS: fields})


class JsonFormatter(logging.Formatter):
    """One JSON object per record: `time`, `level`, `event`, the fields, and any `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record as a single line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": record.getMessage(),
            **_about.get(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


class _StderrHandler(logging.Handler):
    """Writes to whatever `sys.stderr` is at that moment: its owner may replace it after import."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


def write_to_stderr() -> None:
    """Send the program's log to stderr, which Lambda keeps too; harmless when repeated."""
    if any(isinstance(handler, _StderrHandler) for handler in LOGGER.handlers):
        return
    handler = _StderrHandler()
    handler.setFormatter(JsonFormatter())
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    # Lambda's runtime puts a handler of its own on the root logger: each line would appear twice.
    LOGGER.propagate = False
