from __future__ import annotations

import dataclasses
import json
from typing import Any

import msgspec
import pytest
import redis

from chalice_app.services.access import access_to
from chalice_app.wiring import Deps
from chalice_app.ws.connect import connect
from shared.connections import ConnectionHead, ConnectionMessage
from shared.envelope.incoming import ScreencastOptions
from shared.ids import ConnectionId
from shared.limits import WS_API_CONNECTIONS_MAX
from shared.records import Session
from shared.session_state import EndReason
from shared.tokens import ALL_SCOPES, Claims, Scope, make_token
from tests.fakes.api import SECRET, make_test_deps
from tests.fakes.records import make_spec, make_task, make_witness


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    deps = make_test_deps(redis_url)
    deps.store.beat(make_task(), deps.clock(), 60)
    return deps


@pytest.fixture
def session(deps: Deps) -> Session:
    now = deps.clock()
    spec = make_spec(created_at=now)
    deps.store.place(spec, now)
    found = deps.store.get(spec.session_id)
    assert found is not None
    return found


def token_of(deps: Deps, session: Session) -> str:
    access = access_to(session, deps.config, deps.secrets, deps.store)
    assert access is not None
    return access.token


def claims_of(session: Session, **changes: Any) -> Claims:
    spec = session.spec
    values: dict[str, Any] = {
        "session_id": spec.session_id,
        "owner_id": spec.owner_id,
        "token_id": spec.token_id,
        "scopes": ALL_SCOPES,
        "issued_at": int(spec.created_at),
        "expires_at": int(spec.expires_at),
        **changes,
    }
    return Claims(**values)


def event_with(token: str | None, **query: str) -> dict[str, Any]:
    context = {
        "connectionId": "c",
        "requestId": "req",
        "apiId": "abc",
        "stage": "production",
        "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
    }
    event: dict[str, Any] = {"requestContext": context}
    if token is not None:
        event["queryStringParameters"] = {"token": token, **query}
    return event


def refusal_of(deps: Deps, token: str | None, **query: str) -> tuple[int, dict[str, Any]]:
    reply = connect(event_with(token, **query), deps)
    return reply["statusCode"], json.loads(reply["body"])["error"]


def connected(deps: Deps) -> ConnectionHead:
    head = deps.connections.find(ConnectionId("c"))
    assert head is not None
    return head


def test_the_token_of_a_live_session_is_let_in_and_remembered(deps: Deps, session: Session) -> None:
    reply = connect(event_with(token_of(deps, session)), deps)

    assert reply == {"statusCode": 200}
    head = connected(deps)
    assert head.session_id == session.spec.session_id
    assert (head.scopes, head.stage) == (("cdp", "input", "view"), "production")
    assert head.endpoint == "https://abc.execute-api.eu-central-1.amazonaws.com/production"
    assert (head.screencast, head.trace) == (None, False)
    assert head.void_at is None, "it ends with its session"


def test_a_token_that_expires_before_its_session_ends_its_connection(
    deps: Deps, session: Session
) -> None:
    expires_at = int(deps.clock()) + 30
    token = make_token(claims_of(session, expires_at=expires_at), SECRET)

    assert connect(event_with(token), deps) == {"statusCode": 200}
    assert connected(deps).void_at == expires_at


def test_the_container_is_told_of_the_connection(deps: Deps, session: Session) -> None:
    connect(event_with(token_of(deps, session)), deps)

    request = deps.bus.take(session.task_id)
    assert request is not None
    told = msgspec.json.decode(request.payload, type=ConnectionMessage)
    assert told.connection.connection_id == "c"


def test_a_screencast_may_be_asked_for_with_its_options(deps: Deps, session: Session) -> None:
    wish = {"screencast": "1", "quality": "60", "maxWidth": "640", "detectIdle": "false"}

    connect(event_with(token_of(deps, session), **wish), deps)

    assert connected(deps).screencast == ScreencastOptions(
        quality=60, max_width=640, detect_idle=False
    )


def test_hops_may_be_asked_for(deps: Deps, session: Session) -> None:
    connect(event_with(token_of(deps, session), trace="1", screencast="0"), deps)

    assert connected(deps).trace


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"screencast": "yes"}, "screencast"),
        ({"trace": "2"}, "trace"),
        ({"screencast": "1", "quality": "many"}, "quality"),
        ({"screencast": "1", "quality": "101"}, "quality"),
        ({"screencast": "1", "qualitty": "1"}, "qualitty"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_name(
    deps: Deps, session: Session, query: dict[str, str], field: str
) -> None:
    status, error = refusal_of(deps, token_of(deps, session), **query)

    assert (status, error["details"]) == (400, {"field": field})
    assert deps.connections.find(ConnectionId("c")) is None


def test_who_may_not_see_gets_no_screencast(deps: Deps, session: Session) -> None:
    token = make_token(claims_of(session, scopes=frozenset({Scope.CDP})), SECRET)

    status, error = refusal_of(deps, token, screencast="1")

    assert (status, error["code"]) == (403, "FORBIDDEN")


def test_a_session_has_only_so_many_connections(deps: Deps, session: Session) -> None:
    for number in range(WS_API_CONNECTIONS_MAX):
        event = event_with(token_of(deps, session))
        event["requestContext"]["connectionId"] = str(number)
        connect(event, deps)

    status, error = refusal_of(deps, token_of(deps, session))

    assert (status, error["code"]) == (429, "NO_CAPACITY")


def test_a_gateway_of_ones_own_is_where_answers_go(
    redis_url: str, deps: Deps, session: Session
) -> None:
    local = with_own_gateway(deps, "http://127.0.0.1:8080/ws")

    connect(event_with(token_of(deps, session)), local)

    assert connected(deps).endpoint == "http://127.0.0.1:8080/ws"


def with_own_gateway(deps: Deps, endpoint: str) -> Deps:
    config = dataclasses.replace(deps.config, ws_management_endpoint=endpoint)
    return dataclasses.replace(deps, config=config)


@pytest.mark.parametrize("token", [None, "", "a.b.c"])
def test_without_a_valid_token_the_upgrade_is_refused(deps: Deps, token: str | None) -> None:
    status, error = refusal_of(deps, token)

    assert status == 401
    assert (error["code"], error["requestId"]) == ("UNAUTHORIZED", "req")


def test_an_expired_token_is_refused(deps: Deps, session: Session) -> None:
    claims = claims_of(session, expires_at=int(deps.clock()) - 1)

    status, error = refusal_of(deps, make_token(claims, SECRET))

    assert status == 401
    assert "expired" in error["message"]


def test_a_token_signed_by_somebody_else_is_refused(deps: Deps, session: Session) -> None:
    status, _error = refusal_of(deps, make_token(claims_of(session), "x" * 32))

    assert status == 401


def test_a_token_that_was_replaced_is_refused(deps: Deps, session: Session) -> None:
    status, _error = refusal_of(deps, make_token(claims_of(session, token_id="old"), SECRET))

    assert status == 401


@pytest.mark.parametrize("change", [{"session_id": "unknown"}, {"owner_id": "somebody-else"}])
def test_an_unknown_or_foreign_session_is_not_found(
    deps: Deps, session: Session, change: dict[str, str]
) -> None:
    status, error = refusal_of(deps, make_token(claims_of(session, **change), SECRET))

    assert status == 404
    assert error["code"] == "SESSION_NOT_FOUND"


def test_an_ended_session_is_gone_and_says_why(deps: Deps, session: Session) -> None:
    token = token_of(deps, session)
    deps.store.finish(
        session.spec.session_id, EndReason.IDLE_TIMEOUT, deps.clock(), release_slot=True
    )

    status, error = refusal_of(deps, token)

    assert status == 410
    assert error["details"] == {"status": "timed_out", "endReason": "idle_timeout"}


def test_a_dead_containers_session_is_gone(deps: Deps, session: Session) -> None:
    token = token_of(deps, session)
    dead = msgspec.structs.replace(make_task(), draining=True)
    deps.store.beat(make_witness(), deps.clock(), 60)
    deps.store.beat(dead, deps.clock() - 120, 60)

    status, error = refusal_of(deps, token)

    assert status == 410
    assert error["details"]["endReason"] == "container_lost"


def test_without_redis_nobody_is_let_in(session: Session, deps: Deps) -> None:
    token = token_of(deps, session)

    status, error = refusal_of(make_test_deps("127.0.0.1:1"), token)

    assert status == 503
    assert error["code"] == "UNAVAILABLE"
