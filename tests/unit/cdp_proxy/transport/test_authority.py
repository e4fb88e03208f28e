from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.web.test.requesthelper import DummyRequest

from cdp_proxy.transport.arrivals import Arrivals
from cdp_proxy.transport.authority import Authority, Opening
from cdp_proxy.transport.directory import Directory
from cdp_proxy.transport.session import LiveSession
from cdp_proxy.transport.whereabouts import LivesElsewhere, Whereabouts
from shared.errors import Forbidden, SessionEnded, SessionNotFound, Unauthorized, Unavailable
from shared.ids import SessionId, TaskId
from shared.records import SessionSpec
from shared.session_state import EndReason, SessionStatus
from shared.tokens import ALL_SCOPES, Claims, Scope, make_token
from tests.fakes.records import make_session, make_spec, make_task, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import Registry, outcome_of

SECRET = "s" * 48
ONE = session_id_of("one")
TASK = TaskId("task-a")


def token_of(
    spec: SessionSpec,
    scopes: frozenset[Scope] = ALL_SCOPES,
    secret: str = SECRET,
    token_id: str | None = None,
    expires_at: float | None = None,
) -> str:
    claims = Claims(
        session_id=spec.session_id,
        owner_id=spec.owner_id,
        token_id=token_id or spec.token_id,
        scopes=scopes,
        issued_at=1,
        expires_at=int(expires_at or spec.expires_at),
    )
    return make_token(claims, secret)


class Door(Registry):
    def __init__(self) -> None:
        super().__init__()
        blocking = self.sessions._resources.blocking
        directory = Directory(self.store, blocking, self.clock.seconds)  # type: ignore[arg-type]
        self.arrivals = Arrivals(self.clock, directory, hold_seconds=90.0)
        whereabouts = Whereabouts(TASK, self.sessions, directory, self.arrivals)
        self.authority = Authority(self.sessions, whereabouts, SECRET)

    def ask(
        self, token: str | None, path_id: str | None = None, header: str | None = None
    ) -> object:
        request = DummyRequest([b"cdp"])
        if token is not None:
            request.args[b"token"] = [token.encode()]
        if header is not None:
            request.requestHeaders.setRawHeaders("Authorization", [header])
        asking = self.authority.session_for(request, Scope.CDP, path_id)  # type: ignore[arg-type]
        (outcome,) = outcome_of(Deferred.fromCoroutine(asking))
        return outcome


@pytest.fixture
def door() -> Door:
    door = Door()
    door.open()
    return door


TOKEN = token_of(make_spec())


@pytest.mark.parametrize("path_id", [None, str(ONE)])
def test_the_token_opens_its_session(door: Door, path_id: str | None) -> None:
    session = door.ask(TOKEN, path_id)

    assert isinstance(session, LiveSession)
    assert session.spec.session_id == ONE


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_a_token_may_come_in_a_header(door: Door, kind: str) -> None:
    assert isinstance(door.ask(None, header=f"{kind} {TOKEN}"), LiveSession)


def test_the_query_goes_before_the_header(door: Door) -> None:
    assert isinstance(door.ask(TOKEN, header="Bearer nonsense"), LiveSession)


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer "])
def test_without_a_token_nobody_comes_in(door: Door, header: str | None) -> None:
    assert isinstance(door.ask(None, header=header), Unauthorized)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "\xff",
        TOKEN[:-2],
        token_of(make_spec(), secret="x" * 48),
        token_of(make_spec(), expires_at=10),
        token_of(make_spec(), token_id="0" * 32),
    ],
)
def test_another_token_opens_nothing(door: Door, token: str) -> None:
    error = door.ask(token)

    assert isinstance(error, Unauthorized)
    assert token == "" or token not in error.message


def test_a_token_for_looking_opens_no_cdp(door: Door) -> None:
    error = door.ask(token_of(make_spec(), scopes=frozenset({Scope.VIEW})))

    assert isinstance(error, Forbidden)


@pytest.mark.parametrize("scope", Scope)
def test_any_of_several_scopes_will_do_and_no_other(door: Door, scope: Scope) -> None:
    request = DummyRequest([b"sessions"])
    request.args[b"token"] = [token_of(make_spec(), scopes=frozenset({scope})).encode()]

    asking = door.authority.session_for(request, (Scope.CDP, Scope.INPUT), None)  # type: ignore[arg-type]
    (error,) = outcome_of(Deferred.fromCoroutine(asking))

    forbidden = isinstance(error, Forbidden)
    assert forbidden is (scope is Scope.VIEW)
    assert not forbidden or "cdp or input" in str(error)


def test_the_path_may_not_name_another_session(door: Door) -> None:
    assert isinstance(door.ask(TOKEN, str(session_id_of("two"))), SessionNotFound)


class TestElsewhere:
    """The session does not run here: Redis knows why."""

    TOKEN = token_of(make_spec("two"))

    def told(self, door: Door, status: SessionStatus | None) -> object:
        if status is not None:
            found = make_session(make_spec("two"), status=status)
            door.store.sessions[SessionId(found.spec.session_id)] = found
        return door.ask(self.TOKEN)

    def test_nobody_knows_it(self, door: Door) -> None:
        assert isinstance(self.told(door, None), SessionNotFound)

    @pytest.mark.parametrize("status", [SessionStatus.ENDED, SessionStatus.FAILED])
    def test_it_is_over(self, door: Door, status: SessionStatus) -> None:
        error = self.told(door, status)

        assert isinstance(error, SessionEnded)
        assert error.details == {"status": status.value}

    def test_its_own_container_has_lost_it(self, door: Door) -> None:
        assert isinstance(self.told(door, SessionStatus.ACTIVE), Unavailable)

    def test_it_runs_in_another_container(self, door: Door) -> None:
        found = make_session(make_spec("two"), task="task-b")
        door.store.sessions[found.spec.session_id] = found
        door.store.tasks[TaskId("task-b")] = make_task("task-b")

        elsewhere = door.ask(self.TOKEN)

        assert isinstance(elsewhere, LivesElsewhere)
        assert elsewhere.task == make_task("task-b")

    def test_redis_cannot_be_asked(self, door: Door) -> None:
        door.store.away = True

        assert isinstance(self.told(door, None), Unavailable)


def test_an_ended_session_is_gone_here_too(door: Door) -> None:
    session = door.ask(TOKEN)
    assert isinstance(session, LiveSession)
    door.launcher.hold.clear()
    door.store.sessions[ONE] = make_session(make_spec(), status=SessionStatus.ENDED)
    session.end(EndReason.RELEASED)

    assert isinstance(door.ask(TOKEN), SessionEnded)


class TestChannels:
    """`/internal/ws` takes any scope; each message is checked by itself."""

    def ask(self, door: Door, token: str) -> object:
        request = DummyRequest([b"internal", b"ws"])
        request.args[b"token"] = [token.encode()]
        asking = door.authority.channel_for(request)  # type: ignore[arg-type]
        (outcome,) = outcome_of(Deferred.fromCoroutine(asking))
        return outcome

    @pytest.mark.parametrize("scope", Scope)
    def test_any_scope_opens_one_and_says_what_it_may(self, door: Door, scope: Scope) -> None:
        outcome = self.ask(door, token_of(make_spec(), scopes=frozenset({scope})))

        assert isinstance(outcome, Opening)
        assert outcome.session.spec.session_id == ONE
        assert outcome.scopes == frozenset({scope})

    def test_it_lasts_as_long_as_its_token(self, door: Door) -> None:
        spec = make_spec()
        expiry = int(spec.expires_at)

        for expires_at, void_at in ((expiry, None), (expiry - 1, expiry - 1)):
            outcome = self.ask(door, token_of(spec, expires_at=expires_at))
            assert isinstance(outcome, Opening)
            assert outcome.void_at == void_at

    def test_another_token_opens_none(self, door: Door) -> None:
        assert isinstance(self.ask(door, "nonsense"), Unauthorized)
