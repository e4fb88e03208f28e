"""The Chalice object and its handlers, put together; nothing is done here.

WebSocket handlers are registered on the app itself: Chalice leaves those of a Blueprint unwrapped,
and Lambda would call them with a raw event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalice.app import (
    Chalice,
    CloudWatchEvent,
    Rate,
    WebsocketAPI,
    WebsocketDisconnectedError,
    WebsocketEvent,
)

from chalice_app import logs
from chalice_app.aws.management import ManagementSession
from chalice_app.http_errors import answer_failures
from chalice_app.rest import actions, files, sessions, sharing
from chalice_app.services.canary import follow_order
from chalice_app.services.reaping import look_after
from chalice_app.wiring import Provide, cold_start
from chalice_app.ws.connect import connect
from chalice_app.ws.disconnect import disconnect
from chalice_app.ws.events import ids_of
from chalice_app.ws.message import receive
from chalice_app.ws.orphans import tell_orphans
from shared import envelope
from shared.aws_names import CANARY_ORDER
from shared.envelope.outgoing import Outgoing

LambdaEntry = Callable[[Any, Any], Any]
"""What Lambda calls, with an event and a context."""


@dataclass(frozen=True, slots=True)
class Program:
    """The REST entry (`app`) and one entry for each other Lambda function, by its name."""

    app: Chalice
    ws_connect: LambdaEntry
    ws_message: LambdaEntry
    ws_disconnect: LambdaEntry
    reap: LambdaEntry


def make_program(provide: Provide) -> Program:
    """The whole program on the dependencies that `provide` returns; it is called per event."""
    app = Chalice("wallcrawler", configure_logs=False)
    # Chalice calls its WebSocket support experimental, and packages nothing without consent.
    app.experimental_feature_flags.add("WEBSOCKETS")
    management = ManagementSession(lambda: provide().config)
    app.websocket_api.session = management
    app.register_middleware(answer_failures, "http")
    app.register_blueprint(sessions.make_blueprint(provide))
    app.register_blueprint(actions.make_blueprint(provide))
    app.register_blueprint(files.make_blueprint(provide))
    app.register_blueprint(sharing.make_blueprint(provide))

    @app.on_ws_connect()
    def ws_connect(event: WebsocketEvent) -> dict[str, Any]:
        with logs.about(**ids_of(event.to_dict())):
            return connect(event.to_dict(), provide())

    @app.on_ws_message()
    def ws_message(event: WebsocketEvent) -> None:
        with logs.about(**ids_of(event.to_dict())):
            _push(app.websocket_api, event.connection_id, receive(event.to_dict(), provide()))

    @app.on_ws_disconnect()
    def ws_disconnect(event: WebsocketEvent) -> None:
        with logs.about(**ids_of(event.to_dict())):
            disconnect(event.to_dict(), provide())

    @app.schedule(Rate(1, unit=Rate.MINUTES))
    def reap(event: CloudWatchEvent) -> dict[str, Any] | None:
        with logs.about(requestId=event.event_id):
            if event.detail_type == CANARY_ORDER:
                return follow_order(event.detail, provide())
            look_after(provide())
            tell_orphans(provide(), partial(management.client, "apigatewaymanagementapi"))
            return None

    return Program(app, ws_connect, ws_message, ws_disconnect, reap)


def _push(api: WebsocketAPI, connection_id: str, answer: Outgoing | None) -> None:
    """Send a client what is to be answered at once, if anything."""
    if answer is None:
        return
    try:
        api.send(connection_id, envelope.encode(answer).decode())
    except WebsocketDisconnectedError:
        logs.info("websocket gone before its answer")


def _lambda_program() -> Program:
    logs.write_to_stderr()
    return make_program(cold_start)


_program = _lambda_program()
app = _program.app
ws_connect = _program.ws_connect
ws_message = _program.ws_message
ws_disconnect = _program.ws_disconnect
reap = _program.reap
