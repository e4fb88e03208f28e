"""A session's files: the caller is sent on to the container that has them.

API Gateway takes and gives 10 MB at most, Lambda 6 MB (their quota pages), so files never come
through here. The answer is 307: the method and the body are kept when it is followed.
"""

from __future__ import annotations

from urllib.parse import quote

from chalice.app import Blueprint, Response

from chalice_app.http_errors import reported
from chalice_app.rest.incoming import owner_of_request
from chalice_app.rest.queries import parse_session_id
from chalice_app.services.access import access_to
from chalice_app.services.sessions import SessionService
from chalice_app.wiring import Provide
from shared.errors import SessionEnded, Unavailable


def make_blueprint(provide: Provide) -> Blueprint:
    """The routes of downloads and uploads; `provide` is called once per request."""
    blueprint = Blueprint(__name__)

    def redirect(session_id: str, path: str) -> Response:
        deps, request = provide(), blueprint.current_request
        owner = owner_of_request(deps, request)
        session = SessionService(deps).get(owner, parse_session_id(session_id))
        if not session.live:
            raise SessionEnded(
                "The session has ended, and its files with it.", status=session.status.value
            )
        access = access_to(session, deps.config, deps.secrets, deps.store)
        if access is None:
            raise Unavailable("The session's container cannot be reached just now. Try again.")
        query = dict(request.query_params or {})
        url = access.http_url(f"/sessions/{session_id}/{path}", query)
        # The address holds the session's token.
        return Response(
            body="", status_code=307, headers={"Location": url, "Cache-Control": "no-store"}
        )

    @blueprint.route("/sessions/{session_id}/downloads", methods=["GET"], content_types=[])
    @reported
    def get_downloads(session_id: str) -> Response:
        return redirect(session_id, "downloads")

    @blueprint.route("/sessions/{session_id}/downloads/{name}", methods=["GET"], content_types=[])
    @reported
    def get_download(session_id: str, name: str) -> Response:
        return redirect(session_id, f"downloads/{quote(name, safe='')}")

    @blueprint.route("/sessions/{session_id}/uploads", methods=["POST"], content_types=[])
    @reported
    def post_uploads(session_id: str) -> Response:
        return redirect(session_id, "uploads")

    return blueprint
