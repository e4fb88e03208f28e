"""Reading back what the API program logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalice_app import logs


class Recorder(logging.Handler):
    """Keeps the lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Everything logged within the block."""
    recorder = Recorder()
    level = logs.LOGGER.level
    logs.LOGGER.addHandler(recorder)
    logs.LOGGER.setLevel(logging.INFO)
    try:
        yield recorder
    finally:
        logs.LOGGER.removeHandler(recorder)
        logs.LOGGER.setLevel(level)
