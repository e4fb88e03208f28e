"""Whose doing it is that a line is logged: ids that every line of a coroutine carries.

Twisted resumes a coroutine in the context it was begun in, so what is noted here stays with it over
all its awaits, and with nobody else. What the reactor calls has no context: it names its ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from twisted.web.server import Request

from shared.randomness import new_request_id

REQUEST_ID_HEADER = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._:=/+-]{1,128}")
_NOTHING: Mapping[str, str] = {}

_ids: ContextVar[Mapping[str, str]] = ContextVar("log_ids", default=_NOTHING)


def current_ids() -> Mapping[str, str]:
    """The ids of this coroutine."""
    return _ids.get()


@contextmanager
def log_ids(**ids: str) -> Iterator[None]:
    """Have lines carry these ids, beside those they carry already, until the block ends."""
    token = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def add_log_ids(**ids: str) -> None:
    """Have the lines of this coroutine carry these ids too, from here on."""
    _ids.set({**_ids.get(), **ids})


def ids_of_request(request: Request) -> dict[str, str]:
    """A request's own id, as whoever sent it calls it, and one of its connection."""
    told = request.getHeader(REQUEST_ID_HEADER) or ""
    request_id = told if _ID.fullmatch(told) else new_request_id()
    return {"request_id": request_id, "connection_id": new_request_id()}
