"""`/sessions`: each view parses, calls the service, renders."""

from __future__ import annotations

from chalice.app import Blueprint, Request, Response

from chalice_app.http_errors import reported
from chalice_app.rest.bodies import parse_create_session
from chalice_app.rest.incoming import owner_of_request, raw_body_of
from chalice_app.rest.queries import parse_filter, parse_idempotency, parse_session_id
from chalice_app.rest.rendering import SessionListView, answer, view_of
from chalice_app.services.access import access_to
from chalice_app.services.sessions import SessionService
from chalice_app.wiring import Deps, Provide
from shared.records import Session


def make_blueprint(provide: Provide) -> Blueprint:
    """The four session routes; `provide` is called once per request."""
    blueprint = Blueprint(__name__)

    # No content types: bodies are taken as JSON whatever the header says, never refused with 415.
    @blueprint.route("/sessions", methods=["POST"], content_types=[])
    @reported
    def create_session() -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        body = parse_create_session(raw_body_of(request))
        idempotency = parse_idempotency(request.headers.get("idempotency-key"), body)
        session = SessionService(deps).create(owner, body, idempotency)
        return _answer_with_access(deps, session, status=201)

    @blueprint.route("/sessions", methods=["GET"], content_types=[])
    @reported
    def list_sessions() -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        wanted = parse_filter(_query(request))
        sessions = SessionService(deps).list_matching(owner, wanted)
        return answer(SessionListView([view_of(session) for session in sessions]))

    @blueprint.route("/sessions/{session_id}", methods=["GET"], content_types=[])
    @reported
    def get_session(session_id: str) -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        session = SessionService(deps).get(owner, parse_session_id(session_id))
        return _answer_with_access(deps, session)

    @blueprint.route("/sessions/{session_id}", methods=["DELETE"], content_types=[])
    @reported
    def delete_session(session_id: str) -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        session = SessionService(deps).delete(owner, parse_session_id(session_id))
        return _answer_with_access(deps, session)

    return blueprint


def _answer_with_access(deps: Deps, session: Session, status: int = 200) -> Response:
    return answer(
        view_of(session, access_to(session, deps.config, deps.secrets, deps.store)), status
    )


def _query(request: Request) -> dict[str, list[str]]:
    params = request.query_params
    return {} if params is None else {name: params.getlist(name) for name in params}
