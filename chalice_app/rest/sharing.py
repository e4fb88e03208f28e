"""Sharing a session with people: who holds it, and tokens that open only a part of it."""

from __future__ import annotations

from chalice.app import Blueprint, Response
from msgspec import UNSET

from chalice_app.http_errors import reported
from chalice_app.rest.incoming import owner_of_request, raw_body_of
from chalice_app.rest.queries import parse_session_id
from chalice_app.rest.rendering import TokenView, answer, iso
from chalice_app.rest.sharing_bodies import parse_control, parse_token_wish
from chalice_app.services.sharing import GrantedToken, SharingService
from chalice_app.wiring import Provide


def make_blueprint(provide: Provide) -> Blueprint:
    """The two routes; `provide` is called once per request."""
    blueprint = Blueprint(__name__)

    @blueprint.route("/sessions/{session_id}/control", methods=["POST"], content_types=[])
    @reported
    def control(session_id: str) -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        session = parse_session_id(session_id)
        wish = parse_control(raw_body_of(request))
        return answer(SharingService(deps).control(owner, session, wish))

    @blueprint.route("/sessions/{session_id}/tokens", methods=["POST"], content_types=[])
    @reported
    def grant_token(session_id: str) -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        session = parse_session_id(session_id)
        wish = parse_token_wish(raw_body_of(request))
        granted = SharingService(deps).grant(owner, session, wish.scopes, wish.ttl_seconds)
        return answer(_view_of(granted), 201)

    return blueprint


def _view_of(granted: GrantedToken) -> TokenView:
    return TokenView(
        token=granted.token,
        scopes=tuple(sorted(scope.value for scope in granted.scopes)),
        expires_at=iso(granted.expires_at),
        live_url=granted.live_url or UNSET,
        connect_url=granted.connect_url or UNSET,
    )
