"""What comes beside the body: query parameters, the idempotency key, ids in paths."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from chalice_app.services.sessions import SessionFilter
from shared.errors import InvalidRequest, OperationNotFound, SessionNotFound
from shared.ids import RequestId, SessionId
from shared.limits import IDEMPOTENCY_KEY_CHARS_MAX
from shared.records import CreateSession
from shared.session_state import SessionStatus
from shared.store import Idempotency

_SESSION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPERATION_ID = re.compile(r"[0-9a-f]{32}")
_METADATA_PREFIX = "metadata."


def parse_session_id(text: str) -> SessionId:
    """A session id from a path.

    Raises:
        SessionNotFound: it is none that was ever given out.
    """
    if not _SESSION_ID.fullmatch(text):
        raise SessionNotFound("There is no such session.")
    return SessionId(text)


def parse_operation_id(text: str) -> RequestId:
    """An operation id from a path.

    Raises:
        OperationNotFound: it is none that was ever given out.
    """
    if not _OPERATION_ID.fullmatch(text):
        raise OperationNotFound("There is no such operation.")
    return RequestId(text)


def parse_filter(query: Mapping[str, Sequence[str]]) -> SessionFilter:
    """The filter of `GET /sessions`: `status=active`, `metadata.team=x`; all must match.

    Raises:
        InvalidRequest: naming a parameter that is unknown, repeated or has no such value.
    """
    status: SessionStatus | None = None
    metadata: dict[str, str] = {}
    for name, values in query.items():
        if len(values) != 1:
            raise InvalidRequest(f"{name} may be given once only.", field=name)
        if name == "status":
            status = _parse_status(values[0])
        elif name.startswith(_METADATA_PREFIX):
            metadata[name.removeprefix(_METADATA_PREFIX)] = values[0]
        else:
            raise InvalidRequest(f"Unknown query parameter: {name}.", field=name)
    return SessionFilter(status=status, metadata=metadata)


def parse_idempotency(key: str | None, body: CreateSession) -> Idempotency | None:
    """The `Idempotency-Key` header, and a digest that is the same for bodies that mean the same.

    Raises:
        InvalidRequest: the key is empty or too long.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= IDEMPOTENCY_KEY_CHARS_MAX:
        raise InvalidRequest(
            f"Idempotency-Key must have 1 to {IDEMPOTENCY_KEY_CHARS_MAX} characters.",
            field="Idempotency-Key",
        )
    return Idempotency(
        key_digest=_digest(key.encode("utf-8", "surrogatepass")),
        body_digest=_digest(msgspec.json.encode(body, order="deterministic")),
    )


def _parse_status(word: str) -> SessionStatus:
    try:
        return SessionStatus(word)
    except ValueError as error:
        words = ", ".join(status.value for status in SessionStatus)
        raise InvalidRequest(f"status must be one of {words}.", field="status") from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
