"""What every view takes from its request: who calls, and the body's bytes."""

from __future__ import annotations

from chalice.app import Request

from chalice_app.auth import authenticate
from chalice_app.wiring import Deps
from shared.errors import InvalidRequest
from shared.ids import OwnerId


def owner_of_request(deps: Deps, request: Request) -> OwnerId:
    """The owner that the request's API key stands for.

    Raises:
        Unauthorized: no key, or an unknown one.
    """
    return authenticate(request.headers.get("x-api-key"), deps.secrets.api_key_hashes(), deps.store)


def raw_body_of(request: Request) -> bytes:
    """The body as it was sent.

    Raises:
        InvalidRequest: API Gateway's event does not spell bytes.
    """
    try:
        raw = request.raw_body
        return raw if isinstance(raw, bytes) else raw.encode()
    # Text with lone surrogates, or base64 that is none: API Gateway's event is JSON, so both can
    # be spelled there.
    except ValueError as error:
        raise InvalidRequest("The body must be a JSON object.", field="body") from error
