from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.transport.directory import Directory
from shared.errors import Unavailable
from tests.fakes.container import FakeStore, Immediate
from tests.fakes.records import NOW, make_session, session_id_of
from tests.unit.cdp_proxy.transport.test_registry import outcome_of


def make_directory(store: FakeStore) -> Directory:
    return Directory(store, Immediate(), lambda: NOW)  # type: ignore[arg-type]


def test_sessions_are_located_in_one_question() -> None:
    session = make_session()
    store = FakeStore(sessions={session.spec.session_id: session})
    asked = [session.spec.session_id, session_id_of("never")]

    (found,) = outcome_of(Deferred.fromCoroutine(make_directory(store).locate(asked)))

    assert [each is not None for each in found] == [True, False]  # type: ignore[attr-defined]
    assert store.called("locate") == [tuple(asked)]


def test_the_dead_are_reaped_at_the_time_of_the_clock() -> None:
    store = FakeStore()

    outcome_of(Deferred.fromCoroutine(make_directory(store).reap()))

    assert store.called("reap") == [NOW]


@pytest.mark.parametrize("question", ["locate", "reap"])
def test_a_redis_that_is_away_is_a_typed_error(question: str) -> None:
    directory = make_directory(FakeStore(away=True))
    asking = directory.reap() if question == "reap" else directory.locate([])

    (error,) = outcome_of(Deferred.fromCoroutine(asking))

    assert isinstance(error, Unavailable)
