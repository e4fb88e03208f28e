"""Sessions and operations as the API shows them, in the success envelope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
from chalice.app import Response
from msgspec import UNSET, Raw, Struct, UnsetType

from chalice_app.services.access import Access
from shared.ids import RequestId
from shared.records import BrowserSettings, ErrorBody, MetadataValue, Session

_HEADERS: Mapping[str, str] = {
    "Content-Type": "application/json",
    # Answers carry session tokens, and what pages show.
    "Cache-Control": "no-store",
}


class SessionView(Struct, frozen=True, kw_only=True, rename="camel"):
    """One session; times are ISO 8601 in UTC with milliseconds, durations in seconds."""

    session_id: str
    status: str
    connect_url: str | UnsetType = UNSET
    """Only while the session is live, and not in lists; so are those that follow."""
    web_socket_url: str | UnsetType = UNSET
    """Where the WebSocket API is known."""
    token: str | UnsetType = UNSET
    live_url: str | UnsetType = UNSET
    """A page to watch on, and to take over; its token is for no more than that."""
    created_at: str
    expires_at: str
    started_at: str | None
    ended_at: str | None
    end_reason: str | None
    end_detail: str | None
    """ECS's own word for why there was no container."""
    timeout: int
    idle_timeout: int
    keep_alive: bool
    browser_settings: BrowserSettings
    user_metadata: dict[str, MetadataValue]


class SessionListView(Struct, frozen=True):
    """`data` of `GET /sessions`, newest first."""

    sessions: list[SessionView]


class TokenView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A token of a session for some scopes."""

    token: str
    scopes: tuple[str, ...]
    expires_at: str
    live_url: str | UnsetType = UNSET
    """With the scope `view`."""
    connect_url: str | UnsetType = UNSET
    """With the scope `cdp`."""


class OperationView(Struct, frozen=True, kw_only=True, rename="camel"):
    """An action that outlived its request."""

    operation_id: RequestId
    status: Literal["running", "succeeded", "failed"]
    data: Raw | UnsetType = UNSET
    """The action's result, once it has succeeded."""
    error: ErrorBody | UnsetType = UNSET
    """Why it failed, once it has."""


Data = SessionView | SessionListView | OperationView | TokenView | Raw
"""`data` of a success answer; an action's result is JSON text already."""


class _SuccessEnvelope(Struct, frozen=True):
    success: bool
    data: Data


def view_of(session: Session, access: Access | None = None) -> SessionView:
    """A session with what opens it, if that is to be shown."""
    spec = session.spec
    return SessionView(
        session_id=spec.session_id,
        status=session.status.value,
        connect_url=access.connect_url if access else UNSET,
        web_socket_url=(access.web_socket_url or UNSET) if access else UNSET,
        token=access.token if access else UNSET,
        live_url=access.live_url if access else UNSET,
        created_at=iso(spec.created_at),
        expires_at=iso(spec.expires_at),
        started_at=_iso_or_none(session.started_at),
        ended_at=_iso_or_none(session.ended_at),
        end_reason=session.end_reason.value if session.end_reason else None,
        end_detail=session.end_detail,
        timeout=round(spec.expires_at - spec.created_at),
        idle_timeout=spec.idle_timeout_seconds,
        keep_alive=spec.keep_alive,
        browser_settings=spec.settings,
        user_metadata=spec.user_metadata,
    )


def answer(data: Data, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A success answer."""
    text = msgspec.json.encode(_SuccessEnvelope(success=True, data=data)).decode()
    return Response(body=text, status_code=status, headers={**_HEADERS, **(headers or {})})


def iso(epoch_seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _iso_or_none(epoch_seconds: float | None) -> str | None:
    return None if epoch_seconds is None else iso(epoch_seconds)
