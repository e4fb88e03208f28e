"""`/sessions/{id}/act` and its like: each view parses, calls the service, renders."""

from __future__ import annotations

from collections.abc import Mapping

from chalice.app import Blueprint, Request, Response
from msgspec import Raw

from chalice_app.config import ApiConfig
from chalice_app.http_errors import failure_of, reported
from chalice_app.rest.incoming import owner_of_request, raw_body_of
from chalice_app.rest.model_keys import MODEL_KEY_HEADER, parse_model_key
from chalice_app.rest.queries import parse_operation_id, parse_session_id
from chalice_app.rest.rendering import OperationView, answer
from chalice_app.services.actions import ActionService, Failed, Running, Succeeded
from chalice_app.wiring import Deps, Provide
from shared.action_bodies import parse_action
from shared.errors import ResultTooLarge
from shared.ids import RequestId
from shared.request_kind import RequestKind

_POLL_SECONDS = 1
"""How soon it is worth asking for an operation again."""


def make_blueprint(provide: Provide) -> Blueprint:
    """The routes of the actions and of operations; `provide` is called once per request."""
    blueprint = Blueprint(__name__)

    def run(session_id: str, kind: RequestKind) -> Response:
        return _run(provide(), blueprint.current_request, session_id, kind)

    @blueprint.route("/sessions/{session_id}/act", methods=["POST"], content_types=[])
    @reported
    def act(session_id: str) -> Response:
        return run(session_id, RequestKind.ACT)

    @blueprint.route("/sessions/{session_id}/observe", methods=["POST"], content_types=[])
    @reported
    def observe(session_id: str) -> Response:
        return run(session_id, RequestKind.OBSERVE)

    @blueprint.route("/sessions/{session_id}/extract", methods=["POST"], content_types=[])
    @reported
    def extract(session_id: str) -> Response:
        return run(session_id, RequestKind.EXTRACT)

    @blueprint.route("/sessions/{session_id}/navigate", methods=["POST"], content_types=[])
    @reported
    def navigate(session_id: str) -> Response:
        return run(session_id, RequestKind.NAVIGATE)

    @blueprint.route("/sessions/{session_id}/screenshot", methods=["POST"], content_types=[])
    @reported
    def screenshot(session_id: str) -> Response:
        return run(session_id, RequestKind.SCREENSHOT)

    @blueprint.route(
        "/sessions/{session_id}/operations/{operation_id}", methods=["GET"], content_types=[]
    )
    @reported
    def get_operation(session_id: str, operation_id: str) -> Response:
        return _look_up(provide(), blueprint.current_request, session_id, operation_id)

    return blueprint


def _run(deps: Deps, request: Request, session_id: str, kind: RequestKind) -> Response:
    owner = owner_of_request(deps, request)
    session = parse_session_id(session_id)
    body = parse_action(kind, raw_body_of(request))
    model_key = parse_model_key(request.headers.get(MODEL_KEY_HEADER.lower()))
    match ActionService(deps).run(owner, session, kind, body, model_key):
        case Succeeded(result):
            return answer(_fitting(result, deps.config))
        case Running(operation):
            return _accepted(operation)


def _look_up(deps: Deps, request: Request, session_id: str, operation_id: str) -> Response:
    owner = owner_of_request(deps, request)
    session, operation = parse_session_id(session_id), parse_operation_id(operation_id)
    match ActionService(deps).look_up(owner, session, operation):
        case Running():
            view = OperationView(operation_id=operation, status="running")
        case Succeeded(result):
            data = _fitting(result, deps.config)
            view = OperationView(operation_id=operation, status="succeeded", data=data)
        case Failed(error):
            # The container logs the action under the operation's id.
            body = failure_of(error, operation).body
            view = OperationView(operation_id=operation, status="failed", error=body)
    return answer(view, headers=_retry_of(view))


def _accepted(operation_id: RequestId) -> Response:
    view = OperationView(operation_id=operation_id, status="running")
    # Relative to `/sessions/{id}/act`, so that it holds under a stage or a base path too.
    location = f"operations/{operation_id}"
    return answer(view, 202, {"Location": location, **_retry_of(view)})


def _retry_of(view: OperationView) -> Mapping[str, str]:
    return {"Retry-After": str(_POLL_SECONDS)} if view.status == "running" else {}


def _fitting(result: Raw, config: ApiConfig) -> Raw:
    """The result, if it can be answered at all.

    Raises:
        ResultTooLarge: Lambda would refuse it, and the caller would learn nothing.
    """
    limit = config.answer_bytes_max
    if limit is None:
        return result
    # Lambda takes the body as a JSON string: quotes and backslashes count twice.
    text = bytes(result)
    size_bytes = len(text) + text.count(b'"') + text.count(b"\\")
    if size_bytes > limit:
        raise ResultTooLarge(
            f"The result has {size_bytes} bytes, over the {limit} that can be answered. Ask for"
            " less, or have screenshots put into a bucket.",
            bytes=size_bytes,
            limit=limit,
        )
    return result
