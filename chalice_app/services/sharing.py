"""What owners let other people do in their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Raw

from chalice_app.services.access import base_of, claims_of, live_url
from chalice_app.services.sessions import SessionService, check_live
from chalice_app.wiring import Deps
from shared.errors import Unavailable
from shared.ids import OwnerId, SessionId
from shared.limits import CONTROL_CALL_SECONDS
from shared.records import ControlSession, ControlWish
from shared.request_kind import RequestKind
from shared.tokens import Scope, make_token


@dataclass(frozen=True, slots=True)
class GrantedToken:
    """A token for a part of a session, and where to take it."""

    token: str = field(repr=False)
    scopes: frozenset[Scope]
    expires_at: int
    """Epoch seconds."""
    live_url: str | None = field(repr=False)
    connect_url: str | None = field(repr=False)


class SharingService:
    """Control and tokens."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sessions = SessionService(deps)

    def control(self, owner: OwnerId, session_id: SessionId, wish: ControlWish) -> Raw:
        """Have a human take a session, or hand it back; who holds it now, as JSON text.

        Raises:
            SessionNotFound: there is no such session of the owner's.
            SessionEnded: it is over.
            TaskTimeout: its container did not answer.
        """
        session = self._sessions.get(owner, session_id)
        check_live(session)
        return self._deps.bus.call(
            session.task_id,
            self._deps.new_request_id(),
            RequestKind.CONTROL,
            ControlSession(session_id=session_id, wish=wish),
            CONTROL_CALL_SECONDS,
        )

    def grant(
        self,
        owner: OwnerId,
        session_id: SessionId,
        scopes: frozenset[Scope],
        ttl_seconds: int | None,
    ) -> GrantedToken:
        """A token for some scopes; it dies with the session, or after `ttl_seconds`.

        Raises:
            SessionNotFound: there is no such session of the owner's.
            SessionEnded: it is over.
            Unavailable: its container is gone.
        """
        deps = self._deps
        session = self._sessions.get(owner, session_id)
        check_live(session)
        base = base_of(session, deps.config, deps.store)
        if base is None:
            raise Unavailable("The session's container cannot be reached just now. Try again.")
        expires_at = int(session.spec.expires_at)
        if ttl_seconds is not None:
            expires_at = min(expires_at, int(deps.clock()) + ttl_seconds)
        token = make_token(claims_of(session, scopes, expires_at), deps.secrets.token_secret())
        return GrantedToken(
            token=token,
            scopes=scopes,
            expires_at=expires_at,
            live_url=live_url(base, token) if Scope.VIEW in scopes else None,
            connect_url=f"{base}/cdp?token={token}" if Scope.CDP in scopes else None,
        )
