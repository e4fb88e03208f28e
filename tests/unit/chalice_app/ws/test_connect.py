from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
import redis

from chalice_app.services.access import access_to
from chalice_app.wiring import Deps
from chalice_app.ws.connect import connect
from shared.records import Session
from shared.session_state import EndReason
from shared.tokens import ALL_SCOPES, Claims, make_token
from tests.fakes.api import SECRET, make_test_deps
from tests.fakes.records import make_spec, make_task


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


def event_with(token: str | None) -> dict[str, Any]:
    event: dict[str, Any] = {"requestContext": {"connectionId": "c", "requestId": "req"}}
    if token is not None:
        event["queryStringParameters"] = {"token": token}
    return event


def refusal_of(deps: Deps, token: str | None) -> tuple[int, dict[str, Any]]:
    reply = connect(event_with(token), deps)
    return reply["statusCode"], json.loads(reply["body"])["error"]


def test_the_token_of_a_live_session_is_let_in(deps: Deps, session: Session) -> None:
    reply = connect(event_with(token_of(deps, session)), deps)

    assert reply == {"statusCode": 200}


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
    deps.store.beat(dead, deps.clock() - 120, 60)

    status, error = refusal_of(deps, token)

    assert status == 410
    assert error["details"]["endReason"] == "container_lost"


def test_without_redis_nobody_is_let_in(session: Session, deps: Deps) -> None:
    token = token_of(deps, session)

    status, error = refusal_of(make_test_deps("127.0.0.1:1"), token)

    assert status == 503
    assert error["code"] == "UNAVAILABLE"
