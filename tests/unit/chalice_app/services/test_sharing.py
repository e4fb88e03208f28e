"""The service on a real Redis, with a container that answers from a script."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
import redis

from chalice_app.services.sessions import SessionService
from chalice_app.services.sharing import SharingService
from chalice_app.wiring import Deps
from shared.bus import RequestKind
from shared.clock import system_clock
from shared.errors import SessionEnded, SessionNotFound, Unavailable
from shared.ids import OwnerId, SessionId
from shared.records import ControlSession, ControlWish, CreateSession
from shared.session_state import EndReason
from shared.tokens import Scope, parse_token
from tests.fakes.api import SECRET, FakeContainer, make_test_deps
from tests.fakes.records import OWNER, session_id_of

STRANGER = OwnerId("f" * 16)
WISH = ControlWish(holder="human", ttl_seconds=60)


@pytest.fixture
def deps(redis_url: str, redis_client: redis.Redis) -> Deps:
    return make_test_deps(redis_url)


@pytest.fixture
def container(redis_url: str, redis_client: redis.Redis) -> Iterator[FakeContainer]:
    with FakeContainer(redis_url).serving() as container:
        yield container


@pytest.fixture
def service(deps: Deps, container: FakeContainer) -> SharingService:
    return SharingService(deps)


@pytest.fixture
def session_id(deps: Deps, container: FakeContainer) -> SessionId:
    return SessionService(deps).create(OWNER, CreateSession()).spec.session_id


def test_the_container_is_told_who_holds_it(
    service: SharingService, session_id: SessionId, container: FakeContainer
) -> None:
    service.control(OWNER, session_id, WISH)

    asked = container.seen[-1]
    assert asked.kind is RequestKind.CONTROL
    assert msgspec.json.decode(asked.payload, type=ControlSession) == ControlSession(
        session_id=session_id, wish=WISH
    )


def test_its_answer_is_passed_on_as_it_is(service: SharingService, session_id: SessionId) -> None:
    answer = msgspec.json.decode(service.control(OWNER, session_id, WISH))

    assert answer["control"]["wish"]["holder"] == "human"


def test_a_token_is_for_its_scopes_and_its_session(
    service: SharingService, session_id: SessionId
) -> None:
    granted = service.grant(OWNER, session_id, frozenset({Scope.VIEW}), None)

    claims = parse_token(granted.token, SECRET)
    assert claims.scopes == frozenset({Scope.VIEW})
    assert (claims.session_id, claims.owner_id) == (session_id, OWNER)
    assert granted.expires_at == claims.expires_at
    assert granted.live_url == f"http://127.0.0.1:9223/live?token={granted.token}"
    assert granted.connect_url is None


def test_a_token_for_clients_says_where_to_connect(
    service: SharingService, session_id: SessionId
) -> None:
    granted = service.grant(OWNER, session_id, frozenset({Scope.CDP}), None)

    assert granted.connect_url == f"ws://127.0.0.1:9223/cdp?token={granted.token}"
    assert granted.live_url is None
    assert granted.token not in repr(granted)


def test_a_token_dies_when_told_but_never_after_its_session(
    service: SharingService, session_id: SessionId, deps: Deps
) -> None:
    session = SessionService(deps).get(OWNER, session_id)
    short = service.grant(OWNER, session_id, frozenset({Scope.VIEW}), 60)
    long = service.grant(OWNER, session_id, frozenset({Scope.VIEW}), 21_600)

    assert abs(short.expires_at - system_clock() - 60) < 30
    assert long.expires_at == int(session.spec.expires_at)


@pytest.mark.parametrize("owner", [OWNER, STRANGER])
def test_what_is_not_ones_own_is_not_there(
    service: SharingService, session_id: SessionId, owner: OwnerId
) -> None:
    whose = session_id_of("nobody's") if owner == OWNER else session_id

    with pytest.raises(SessionNotFound):
        service.control(owner, whose, WISH)
    with pytest.raises(SessionNotFound):
        service.grant(owner, whose, frozenset({Scope.VIEW}), None)


def test_a_session_that_is_over_is_nobodys(
    service: SharingService, session_id: SessionId, deps: Deps
) -> None:
    deps.store.finish(session_id, EndReason.RELEASED, system_clock(), release_slot=True)

    with pytest.raises(SessionEnded):
        service.control(OWNER, session_id, WISH)
    with pytest.raises(SessionEnded):
        service.grant(OWNER, session_id, frozenset({Scope.VIEW}), None)


def test_without_its_container_a_token_leads_nowhere(
    service: SharingService, session_id: SessionId, deps: Deps, container: FakeContainer
) -> None:
    deps.store.remove_task(container.task_id)

    with pytest.raises(Unavailable):
        service.grant(OWNER, session_id, frozenset({Scope.VIEW}), None)
