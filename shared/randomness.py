"""Makers of fresh identifiers. Never imported by `cdp_proxy.core`."""

from __future__ import annotations

import secrets
import uuid

from shared.ids import RequestId, SessionId, StartToken, TaskId


def new_session_id() -> SessionId:
    """A random UUID (122 random bits), in its text form."""
    return SessionId(str(uuid.uuid4()))


def new_task_id() -> TaskId:
    """32 hex digits; a container makes one at each start."""
    return TaskId(secrets.token_hex(16))


def new_request_id() -> RequestId:
    """32 hex digits; names one request on the bus and in error answers."""
    return RequestId(secrets.token_hex(16))


def new_token_id() -> str:
    """A JWT `jti`: 32 hex digits."""
    return secrets.token_hex(16)


def new_object_id() -> str:
    """32 hex digits; so that nobody guesses the name of a stored object."""
    return secrets.token_hex(16)


def new_start_token() -> StartToken:
    """32 hex digits; names one start of a task, for us and for ECS."""
    return StartToken(secrets.token_hex(16))
