"""The WebSocket API in a container: connections of sessions on scripted browsers."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.transport.gateway import Gateway
from cdp_proxy.transport.management import Gone
from cdp_proxy.transport.outbox import OPENING_SECONDS
from cdp_proxy.transport.running import RunningActions
from cdp_proxy.transport.session import LiveSession
from shared.bus import Request
from shared.connections import ConnectionHead, ConnectionLeft, ConnectionMessage, Orphan
from shared.envelope.chunks import split
from shared.envelope.incoming import ScreencastOptions
from shared.errors import AlreadyStreaming, ConnectionNotFound, InvalidRequest, NotStreaming
from shared.ids import ConnectionId, RequestId, TaskId
from shared.limits import WS_API_MAPPING_SECONDS
from shared.request_kind import RequestKind
from shared.session_state import EndReason
from tests.fakes.connections import make_head
from tests.fakes.pushing import FakeConnections, FakeManagement, make_gateway
from tests.fakes.records import make_spec, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import Registry, outcome_of

HEAD = make_head("c")


class Case:
    """A gateway; a session runs once `open` has been called."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.clock = self.registry.clock
        self.management = FakeManagement()
        self.connections = FakeConnections()
        sessions = self.registry.sessions
        actions = RunningActions(self.clock, sessions, cast("Any", None))
        self.gateway: Gateway = make_gateway(
            self.clock, sessions, actions, self.management, self.connections
        )
        self.gateway.start(TaskId("task-a"))

    def open(self) -> LiveSession:
        (session,) = self.registry.open()
        assert isinstance(session, LiveSession)
        return session

    def take(self, kind: RequestKind, payload: object, name: str = "r", late: bool = False) -> None:
        deadline = self.clock.seconds() + (-1 if late else 25)
        raw = msgspec.Raw(msgspec.json.encode(payload))
        self.gateway.take(Request(id=RequestId(name), kind=kind, deadline=deadline, payload=raw))

    def connect(self, head: ConnectionHead = HEAD) -> None:
        self.take(RequestKind.MESSAGE, ConnectionMessage(connection=head), "opening")

    def send(
        self, kind: str, message_id: object = 1, *, late: bool = False, **more: object
    ) -> None:
        message = {"type": kind, "id": message_id, **more}
        payload = ConnectionMessage(
            connection=HEAD,
            message=msgspec.Raw(json.dumps(message).encode()),
            type=kind,
            id=cast("Any", message_id),
        )
        self.take(RequestKind.MESSAGE, payload, f"r{message_id}", late)

    def leave(self) -> None:
        self.take(RequestKind.LEFT, ConnectionLeft(connection_id=HEAD.connection_id), "leaving")

    @property
    def said(self) -> list[str]:
        return [message["type"] for message in self.management.said]


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_new_connection_is_greeted(case: Case) -> None:
    case.open()

    case.connect()

    (hello,) = case.management.said
    assert (hello["type"], hello["connectionId"]) == ("HELLO", "c")
    assert len(case.gateway) == 1


def test_a_message_is_answered_and_struck_out(case: Case) -> None:
    case.open()
    case.connect()

    case.send("PING")

    assert case.management.said[-1] == {"type": "PONG", "id": 1}
    assert case.connections.struck_out == ["r1"]


def test_a_message_may_come_before_anything_else_is_known(case: Case) -> None:
    case.open()

    case.send("PING")

    assert case.said == ["HELLO", "PONG"]


def test_messages_wait_for_a_session_that_is_being_opened(case: Case) -> None:
    held: Deferred[None] = Deferred()
    case.registry.pool.hold = held
    case.registry.open()
    case.send("PING", 1)
    case.send("PING", 2)
    assert case.said == []

    held.callback(None)

    assert case.said == ["HELLO", "PONG", "PONG"]


def test_who_came_while_the_session_stood_in_line_is_welcomed_once(case: Case) -> None:
    case.connections.early = [make_head("c", screencast=ScreencastOptions())]

    session = case.open()
    case.connect()

    assert case.said.count("HELLO") == 1
    assert session.screencast.viewers == 1


def test_a_session_opens_though_its_early_connections_are_not_known(case: Case) -> None:
    case.connections.away = True

    assert isinstance(case.open(), LiveSession)


def test_a_session_that_is_about_to_be_here_is_waited_for(case: Case) -> None:
    case.send("PING")
    case.clock.advance(0.1)
    case.open()

    case.clock.advance(0.1)

    assert case.said == ["HELLO", "PONG"]


def test_a_session_that_is_not_here_is_said_to_be_so(case: Case) -> None:
    case.send("PING")
    case.clock.pump([0.1] * 10)

    (error,) = case.management.said
    assert (error["id"], error["error"]["code"]) == (1, "UNAVAILABLE")
    assert case.management.closed == ["c"]
    assert len(case.gateway) == 0


def test_a_late_message_is_not_run(case: Case) -> None:
    case.open()

    case.send("PING", late=True)

    assert case.said == ["ERROR", "HELLO"]
    assert case.management.said[0]["error"]["code"] == "TASK_TIMEOUT"
    assert case.connections.struck_out == ["r1"]


def test_scopes_are_those_of_the_token(case: Case) -> None:
    case.open()
    case.connect(make_head("c", scopes=("view",)))

    case.send("CDP_COMMAND", method="Page.enable")

    assert case.management.said[-1]["error"]["code"] == "FORBIDDEN"


def test_answered_messages_are_struck_out_when_redis_is_back(case: Case) -> None:
    case.open()
    case.connections.away = True
    case.send("PING", 1)
    assert case.connections.struck_out == []

    case.connections.away = False
    case.send("PING", 2)

    assert case.connections.struck_out == ["r1", "r2"]


def test_with_each_heartbeat_redis_is_told_of_what_it_has_missed(case: Case) -> None:
    case.open()
    case.connections.away = True
    case.send("PING", 1)
    case.gateway.look()

    case.connections.away = False
    case.gateway.look()

    assert case.connections.struck_out == ["r1"]
    assert case.connections.known == ["c"]


def test_without_connections_redis_is_told_of_none(case: Case) -> None:
    case.connections.away = True

    case.gateway.look()


def test_a_message_in_pieces_is_noted_once_it_is_whole(case: Case) -> None:
    case.open()
    for number, piece in enumerate(split(b'{"type":"PING","id":"%s"}' % (b"p" * 200), "s", 300)):
        payload = ConnectionMessage(
            connection=HEAD, message=msgspec.Raw(piece), type="CHUNK", id="s"
        )
        case.take(RequestKind.MESSAGE, payload, f"piece-{number}")
        last = f"piece-{number}"

    ((request_id, waiting),) = case.connections.expected
    assert (request_id, waiting.message_id) == (last, "p" * 200)
    assert case.said[-1] == "PONG"
    assert case.connections.struck_out == [last]


def test_a_client_that_leaves_is_forgotten(case: Case) -> None:
    session = case.open()
    case.connect()

    case.leave()
    case.leave()

    assert case.connections.forgotten == [("c", [])]
    assert (len(case.gateway), session.channels) == (0, set())


def test_the_first_gone_ends_a_connection(case: Case) -> None:
    session = case.open()
    case.connect()
    case.clock.advance(OPENING_SECONDS)
    case.management.failures = [Gone()]

    case.send("PING")

    assert case.connections.forgotten == [("c", ["r1"])]
    assert (len(case.gateway), session.channels) == (0, set())


def test_a_connection_that_redis_cannot_forget_is_over_here(case: Case) -> None:
    case.open()
    case.connect()
    case.connections.away = True

    case.leave()

    assert len(case.gateway) == 0


def test_without_keep_alive_the_session_ends_with_its_last_connection(case: Case) -> None:
    spec = msgspec.structs.replace(make_spec(), keep_alive=False)
    opening = outcome_of(Deferred.fromCoroutine(case.registry.sessions.open(spec)))
    (session,) = opening
    assert isinstance(session, LiveSession)
    case.connect()
    case.clock.advance(60)
    assert session.end_reason is None

    case.leave()
    case.clock.advance(3)

    assert session.end_reason is EndReason.LAST_CLIENT_LEFT


def test_the_end_of_a_session_is_told_and_closes_the_connection(case: Case) -> None:
    session = case.open()
    case.connect()

    session.end(EndReason.RELEASED)

    assert case.said == ["HELLO", "SESSION_ENDED"]
    assert case.management.closed == ["c"]
    assert case.connections.forgotten == [("c", [])]


def test_a_connection_has_its_time(case: Case) -> None:
    case.open()
    case.connect()

    case.clock.advance(WS_API_MAPPING_SECONDS + 1)

    assert len(case.gateway) == 0


def test_a_screencast_may_be_wished_for_with_the_connection(case: Case) -> None:
    session = case.open()

    case.connect(make_head("c", screencast=ScreencastOptions(quality=50)))

    assert session.screencast.viewers == 1
    assert case.said[0] == "HELLO"
    assert "SCREENCAST_STARTED" in case.said


def test_a_connection_is_made_a_viewer_and_none_from_outside(case: Case) -> None:
    session = case.open()
    case.connect()
    start = case.gateway.start_screencast

    (shown,) = outcome_of(Deferred.fromCoroutine(start(session, "c", ScreencastOptions())))
    (again,) = outcome_of(Deferred.fromCoroutine(start(session, "c", ScreencastOptions())))
    stopped = case.gateway.stop_screencast(session, "c")

    assert isinstance(shown, dict)
    assert shown["connectionId"] == "c"
    assert isinstance(again, AlreadyStreaming)
    assert cast("Any", stopped["stats"])["framesSent"] == 0
    with pytest.raises(NotStreaming):
        case.gateway.stop_screencast(session, "c")


def test_a_tab_that_is_not_there_cannot_be_shown(case: Case) -> None:
    session = case.open()
    case.connect()
    options = ScreencastOptions(target_id="F" * 32)

    outcome = outcome_of(
        Deferred.fromCoroutine(case.gateway.start_screencast(session, "c", options))
    )

    assert isinstance(outcome[0], InvalidRequest)


def test_only_the_sessions_own_connections_can_be_made_viewers(case: Case) -> None:
    session = case.open()
    case.connect(msgspec.structs.replace(make_head("other"), session_id=session_id_of("two")))

    for connection_id in ("stranger", "other"):
        with pytest.raises(ConnectionNotFound):
            case.gateway.stop_screencast(session, connection_id)


def test_clients_of_dead_containers_are_told(case: Case) -> None:
    orphan = make_head("orphan")
    case.connections.orphans = [Orphan(orphan, (1, "two"))]

    case.clock.advance(3)

    assert [(to, message["type"]) for to, message in case.management.posts] == [
        (ConnectionId("orphan"), "ERROR"),
        (ConnectionId("orphan"), "ERROR"),
        (ConnectionId("orphan"), "SESSION_ENDED"),
    ]
    assert case.management.said[0]["error"]["code"] == "CONTAINER_LOST"
    assert case.management.closed == ["orphan"]


def test_orphans_are_looked_for_again_when_redis_was_away(case: Case) -> None:
    case.connections.away = True
    case.clock.advance(3)
    case.connections.away = False
    case.connections.orphans = [Orphan(make_head("orphan"), (), EndReason.CAPACITY_TIMEOUT)]

    case.clock.advance(3)

    (told,) = case.management.said
    assert (told["type"], told["reason"]) == ("SESSION_ENDED", "capacity_timeout")


def test_stopping_waits_for_last_words(case: Case) -> None:
    session = case.open()
    case.connect()
    case.management.failures = [Gone()]  # not yet there: tried again
    session.end(EndReason.CONTAINER_STOPPED)

    stopped = outcome_of(Deferred.fromCoroutine(case.gateway.stop(5)))
    assert stopped == []
    case.clock.advance(0.1)

    assert case.said == ["HELLO", "SESSION_ENDED"]
    assert len(stopped) == 1


def test_stopping_does_not_wait_for_ever(case: Case) -> None:
    case.open()
    case.connect()

    stopped = outcome_of(Deferred.fromCoroutine(case.gateway.stop(5)))
    case.clock.advance(5)

    assert len(stopped) == 1
    assert len(case.gateway) == 0
