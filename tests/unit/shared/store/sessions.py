"""Sessions of a store in short."""

from __future__ import annotations

from shared.ids import SessionId, TaskId
from shared.records import Session
from shared.store import Full, Placed, Replayed, SessionStore
from tests.fakes.records import NOW, make_spec, session_id_of

ONE = session_id_of("one")
TASK_A, TASK_B = TaskId("task-a"), TaskId("task-b")
TTL = 9.0


def place(store: SessionStore, name: str = "one", now: float = NOW) -> Placed | Replayed | Full:
    return store.place(make_spec(name, created_at=now), now)


def stored(store: SessionStore, session_id: SessionId = ONE) -> Session:
    session = store.get(session_id)
    assert session is not None
    return session
