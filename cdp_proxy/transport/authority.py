"""Who may come in: a request's token to the live session it opens, or a typed refusal."""

from __future__ import annotations

import redis
from twisted.web.server import Request

from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from shared.errors import (
    Forbidden,
    SessionEnded,
    SessionNotFound,
    Unauthorized,
    Unavailable,
    WallCrawlerError,
)
from shared.ids import SessionId
from shared.store import SessionStore
from shared.tokens import Claims, Scope, TokenRefused, parse_token

_NO_TOKEN = "Pass the session's token as ?token= or as Authorization: Bearer."  # noqa: S105


class Authority:
    """Checks tokens against the sessions that run here, and Redis for those that do not."""

    def __init__(
        self, sessions: Sessions, store: SessionStore, blocking: Blocking, jwt_secret: str
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._blocking = blocking
        self._jwt_secret = jwt_secret

    async def session_for(self, request: Request, scope: Scope, path_id: str | None) -> LiveSession:
        """The running session that the request's token opens.

        Args:
            request: carries the token.
            scope: what the endpoint needs.
            path_id: the session named in the path, if any; it must be the token's.

        Raises:
            Unauthorized: no token, or not a valid one.
            Forbidden: the token's scopes do not cover this endpoint.
            SessionNotFound: no such session, or the path names another one.
            SessionEnded: the session is over, its token revoked.
            Unavailable: it runs elsewhere, or Redis cannot be asked where.
        """
        claims = self._claims(request)
        if scope not in claims.scopes:
            raise Forbidden(f"This token does not have the scope {scope.value}.")
        if path_id is not None and path_id != claims.session_id:
            raise SessionNotFound("The token is for another session.")
        return await self._session_of(claims)

    async def channel_for(self, request: Request) -> tuple[LiveSession, frozenset[Scope]]:
        """The running session that the token opens, and what its holder may do there.

        Raises:
            WallCrawlerError: as `session_for`, but for scopes: each message is checked by itself.
        """
        claims = self._claims(request)
        return await self._session_of(claims), claims.scopes

    def recognises(self, request: Request, scope: Scope, path_id: str) -> bool:
        """Whether the token may well open the session named in the path, as far as can be told now.

        `session_for` has the last word.
        """
        try:
            claims = self._claims(request)
        except Unauthorized:
            return False
        if scope not in claims.scopes or path_id != claims.session_id:
            return False
        return self._sessions.knows(claims.session_id)

    async def _session_of(self, claims: Claims) -> LiveSession:
        session = await self._sessions.find(claims.session_id)
        if session is None:
            raise await self._why_not_here(claims.session_id)
        if session.spec.token_id != claims.token_id:
            raise Unauthorized("The token has been replaced.")
        return session

    def _claims(self, request: Request) -> Claims:
        token = _token_of(request)
        if not token:
            raise Unauthorized(_NO_TOKEN)
        try:
            return parse_token(token, self._jwt_secret)
        except TokenRefused as refused:
            raise Unauthorized(str(refused)) from refused

    async def _why_not_here(self, session_id: SessionId) -> WallCrawlerError:
        try:
            session = await self._blocking.run(self._store.get, session_id)
        except redis.RedisError:
            return Unavailable("The session cannot be looked up just now; try again.")
        if session is None:
            return SessionNotFound("No such session.")
        if not session.live:
            reason = session.end_reason
            return SessionEnded(
                reason.text if reason is not None else "The session is over.",
                status=session.status.value,
            )
        return Unavailable("The session does not run in this container; try again.")


def _token_of(request: Request) -> str:
    from_query: list[bytes] = request.args.get(b"token", [])
    if from_query:
        return from_query[-1].decode("latin-1")
    kind, _, value = (request.getHeader(b"Authorization") or b"").decode("latin-1").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""
