"""REST: an HTTP request becomes a Lambda event, the function's result an HTTP response."""

from __future__ import annotations

from dataclasses import replace

from chalice.app import Chalice
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.logger import Logger

from standalone.gateway import answers, events
from standalone.gateway.answers import HttpAnswer
from standalone.gateway.events import HttpRequest
from standalone.gateway.invoker import Invoker, Overloaded
from standalone.gateway.routes import Match, RouteTable

_log = Logger()


class RestApi:
    """The REST half of the gateway."""

    def __init__(self, app: Chalice, invoker: Invoker) -> None:
        self._app = app
        self._invoker = invoker
        self._routes = RouteTable(app.routes)

    async def answer(self, request: HttpRequest) -> HttpAnswer:
        """Route the request and call the app; every failure is an answer too."""
        match = self._routes.match(request.path)
        if match is None:
            return answers.error(404, "NOT_FOUND", "There is no such resource.", request.request_id)
        methods = self._methods(match)
        if request.method == "OPTIONS" and "OPTIONS" not in methods:
            return self._preflight(match, methods)
        # API Gateway has no HEAD of its own; RFC 9110 9.3.2 makes it a GET without the body.
        if request.method == "HEAD" and "HEAD" not in methods:
            request = replace(request, method="GET")
        if request.method not in methods:
            return answers.error(
                405,
                "METHOD_NOT_ALLOWED",
                f"This resource has no method {request.method[:32]}.",
                request.request_id,
                (("Allow", ", ".join(sorted({*methods, "OPTIONS"}))),),
            )
        return await self._invoke(request, match)

    def _methods(self, match: Match) -> set[str]:
        return set(self._app.routes[match.resource_path])

    def _preflight(self, match: Match, methods: set[str]) -> HttpAnswer:
        """What API Gateway answers for routes with CORS, and a plain list of methods for others."""
        allowed = ", ".join(sorted({*methods, "OPTIONS"}))
        entries = self._app.routes[match.resource_path].values()
        cors = next((entry.cors for entry in entries if entry.cors is not None), None)
        headers = [("Allow", allowed)]
        if cors is not None:
            headers.append(("Access-Control-Allow-Methods", allowed))
            headers += [(k, str(v)) for k, v in cors.get_access_control_headers().items()]
        return HttpAnswer(204, tuple(headers))

    async def _invoke(self, request: HttpRequest, match: Match) -> HttpAnswer:
        event = events.rest_event(request, match)
        try:
            result = await self._invoker.rest(event, request.request_id)
            return answers.from_lambda(result)
        except Overloaded:
            return overloaded(request.request_id)
        except DeferredTimeout:
            return answers.error(504, "TIMEOUT", "The request took too long.", request.request_id)
        except Exception:
            _log.failure("request {request_id} failed", request_id=request.request_id)
            return answers.error(502, "INTERNAL", "Internal server error.", request.request_id)


def overloaded(request_id: str) -> HttpAnswer:
    """Too much at once: API Gateway would throttle with 429, which here means a full container."""
    return answers.error(
        503,
        "UNAVAILABLE",
        "Too many requests at once; try again shortly.",
        request_id,
        (("Retry-After", "1"),),
    )
