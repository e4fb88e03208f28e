"""Makers of shared records with unremarkable values, so that a test names only what matters."""

from __future__ import annotations

import hashlib
import uuid

from shared.ids import OwnerId, SessionId, TaskId
from shared.records import BrowserSettings, MetadataValue, Session, SessionSpec, Task
from shared.session_state import SessionStatus

NOW = 4_000_000_000.0
"""In 2096: Redis, whose clock is the real one, never finds these sessions' retention over."""
OWNER = OwnerId("0123456789abcdef")


def session_id_of(name: str) -> SessionId:
    """A session id that is always the same for a name."""
    return SessionId(str(uuid.UUID(hashlib.md5(name.encode()).hexdigest())))


def make_spec(
    name: str = "one",
    *,
    owner: OwnerId = OWNER,
    created_at: float = NOW,
    timeout_seconds: float = 3600,
    settings: BrowserSettings | None = None,
    user_metadata: dict[str, MetadataValue] | None = None,
) -> SessionSpec:
    return SessionSpec(
        session_id=session_id_of(name),
        owner_id=owner,
        token_id="f" * 32,
        created_at=created_at,
        expires_at=created_at + timeout_seconds,
        idle_timeout_seconds=1800,
        keep_alive=True,
        settings=settings or BrowserSettings(),
        user_metadata=user_metadata or {},
    )


def make_session(
    spec: SessionSpec | None = None,
    *,
    status: SessionStatus = SessionStatus.ACTIVE,
    task: str = "task-a",
    started_at: float | None = NOW + 1,
) -> Session:
    return Session(
        spec=spec or make_spec(), status=status, task_id=TaskId(task), started_at=started_at
    )


def make_task(
    name: str = "task-a", *, capacity: int = 2, draining: bool = False, healthy: bool = True
) -> Task:
    return Task(
        task_id=TaskId(name),
        address="10.0.0.1:9223",
        public_url="ws://127.0.0.1:9223",
        max_sessions=capacity,
        draining=draining,
        browser="headless-shell",
        started_at=NOW - 60,
        healthy=healthy,
    )


def make_witness() -> Task:
    """A task that takes no sessions; while it beats, the silence of others is their own."""
    return make_task("witness", draining=True)
