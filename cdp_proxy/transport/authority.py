"""Who may come in: a request's token to the live session it opens, or a typed refusal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from twisted.web.server import Request

from cdp_proxy.transport.log_context import add_log_ids
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.whereabouts import Whereabouts
from shared.errors import Forbidden, SessionNotFound, Unauthorized
from shared.tokens import Claims, Scope, TokenRefused, parse_token

_NO_TOKEN = "Pass the session's token as ?token= or as Authorization: Bearer."  # noqa: S105


@dataclass(frozen=True, slots=True)
class Opening:
    """What a token opens, and how long."""

    session: LiveSession
    scopes: frozenset[Scope]
    void_at: float | None
    """When the token is void, in epoch seconds; None: not before the session ends."""


class Authority:
    """Checks tokens against the sessions that run here, and finds out about those that do not."""

    def __init__(self, sessions: Sessions, whereabouts: Whereabouts, jwt_secret: str) -> None:
        self._sessions = sessions
        self._whereabouts = whereabouts
        self._jwt_secret = jwt_secret

    async def session_for(
        self, request: Request, scope: Scope | Collection[Scope], path_id: str | None
    ) -> LiveSession:
        """The running session that the request's token opens; waits for one that is to come.

        Args:
            request: carries the token.
            scope: what the endpoint needs; any of them, where it is several.
            path_id: the session named in the path, if any; it must be the token's.

        Raises:
            Unauthorized: no token, or not a valid one.
            Forbidden: the token's scopes do not cover this endpoint.
            SessionNotFound: no such session, or the path names another one.
            SessionEnded: the session is over, its token revoked.
            SessionNotReady: it still waits for its container or its browser.
            LivesElsewhere: it runs on another task.
            Unavailable: Redis cannot be asked where it is.
        """
        return (await self.client_for(request, scope, path_id)).session

    async def client_for(
        self, request: Request, scope: Scope | Collection[Scope], path_id: str | None
    ) -> Opening:
        """As `session_for`, for a connection that lasts."""
        claims = self._claims(request)
        any_of = (scope,) if isinstance(scope, Scope) else scope
        if claims.scopes.isdisjoint(any_of):
            names = " or ".join(it.value for it in any_of)
            raise Forbidden(f"This token does not have the scope {names}.")
        if path_id is not None and path_id != claims.session_id:
            raise SessionNotFound("The token is for another session.")
        return await self._opening(claims, request)

    async def channel_for(self, request: Request) -> Opening:
        """As `client_for`, but for scopes: each message is checked by itself.

        Raises:
            WallCrawlerError: as `session_for`.
        """
        return await self._opening(self._claims(request), request)

    async def _opening(self, claims: Claims, request: Request) -> Opening:
        session = await self._session_of(claims, request)
        lasts = claims.expires_at >= int(session.spec.expires_at)
        return Opening(session, claims.scopes, None if lasts else claims.expires_at)

    async def _session_of(self, claims: Claims, request: Request) -> LiveSession:
        add_log_ids(session_id=claims.session_id)
        session = await self._sessions.find(claims.session_id)
        if session is None:
            session = await self._whereabouts.find(claims.session_id, request)
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


def _token_of(request: Request) -> str:
    from_query: list[bytes] = request.args.get(b"token", [])
    if from_query:
        return from_query[-1].decode("latin-1")
    kind, _, value = (request.getHeader(b"Authorization") or b"").decode("latin-1").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""
