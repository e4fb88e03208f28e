"""Control and tokens on a real Redis."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from chalice_app.services.sessions import SessionService
from chalice_app.services.sharing import SharingService
from chalice_app.wiring import Deps
from shared.errors import SessionEnded, SessionNotFound
from shared.ids import OwnerId, SessionId
from shared.records import ControlSession, ControlWish
from shared.request_kind import RequestKind
from shared.tokens import Scope, parse_token
from tests.fakes.api import SECRET, FakeContainer
from tests.fakes.records import OWNER

STRANGER = OwnerId("f" * 16)
VIEW = frozenset({Scope.VIEW})


def test_the_container_is_asked_to_change_hands(
    deps: Deps, session_id: SessionId, container: FakeContainer
) -> None:
    wish = ControlWish(holder="human", ttl_seconds=60)

    SharingService(deps).control(OWNER, session_id, wish)

    asked = container.seen[-1]
    assert asked.kind is RequestKind.CONTROL
    payload = msgspec.json.decode(asked.payload, type=ControlSession)
    assert payload == ControlSession(session_id=session_id, wish=wish)


@pytest.mark.usefixtures("container")
def test_a_stranger_changes_nothing_and_gets_no_token(deps: Deps, session_id: SessionId) -> None:
    sharing = SharingService(deps)

    with pytest.raises(SessionNotFound):
        sharing.control(STRANGER, session_id, ControlWish(holder="human"))
    with pytest.raises(SessionNotFound):
        sharing.grant(STRANGER, session_id, VIEW, None)


def test_a_token_is_for_its_scopes_and_no_more(deps: Deps, session_id: SessionId) -> None:
    granted = SharingService(deps).grant(OWNER, session_id, VIEW, None)

    claims = parse_token(granted.token, SECRET)
    assert claims.scopes == VIEW
    assert claims.session_id == session_id
    assert granted.live_url is not None
    assert granted.live_url.endswith(f"/live?token={granted.token}")
    assert granted.connect_url is None


def test_a_token_for_cdp_comes_with_where_to_connect(deps: Deps, session_id: SessionId) -> None:
    granted = SharingService(deps).grant(OWNER, session_id, frozenset({Scope.CDP}), None)

    assert granted.connect_url is not None
    assert granted.connect_url.endswith(f"/cdp?token={granted.token}")
    assert granted.live_url is None


def test_a_token_ends_after_its_time(deps: Deps, session_id: SessionId) -> None:
    now = deps.clock()

    granted = SharingService(replace(deps, clock=lambda: now)).grant(OWNER, session_id, VIEW, 60)

    assert granted.expires_at == int(now) + 60
    assert parse_token(granted.token, SECRET).expires_at == granted.expires_at


def test_a_token_never_outlives_its_session(deps: Deps, session_id: SessionId) -> None:
    session = SessionService(deps).get(OWNER, session_id)

    granted = SharingService(deps).grant(OWNER, session_id, VIEW, 21_600)

    assert granted.expires_at == int(session.spec.expires_at)


def test_a_session_that_is_over_is_shared_no_more(deps: Deps, session_id: SessionId) -> None:
    SessionService(deps).delete(OWNER, session_id)
    sharing = SharingService(deps)

    with pytest.raises(SessionEnded):
        sharing.control(OWNER, session_id, ControlWish(holder="human"))
    with pytest.raises(SessionEnded):
        sharing.grant(OWNER, session_id, VIEW, None)


def test_a_granted_token_is_in_no_representation(deps: Deps, session_id: SessionId) -> None:
    granted = SharingService(deps).grant(OWNER, session_id, frozenset(Scope), None)

    assert granted.token not in repr(granted)
