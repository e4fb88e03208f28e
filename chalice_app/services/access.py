"""What opens a live session: its token, and the address to take it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from chalice_app.config import ApiConfig
from shared.ids import TaskId
from shared.records import Session, Task
from shared.tokens import ALL_SCOPES, Claims, make_token


class TaskDirectory(Protocol):
    """Where tasks say how they are reached (`SessionStore`)."""

    def task(self, task_id: TaskId) -> Task | None:
        """What the task last said of itself."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """The same session always has the same access, for as long as it lives."""

    token: str = field(repr=False)
    base: str
    """`ws[s]://host`, perhaps with a path: where the session's container is reached."""
    web_socket_api: str | None = None
    """Where the WebSocket API is, if that is known."""

    @property
    def connect_url(self) -> str:
        """Where CDP clients connect."""
        return f"{self.base}/cdp?token={self.token}"

    @property
    def web_socket_url(self) -> str | None:
        """Where clients of the WebSocket API connect."""
        return f"{self.web_socket_api}?token={self.token}" if self.web_socket_api else None

    def http_url(self, path: str, query: Mapping[str, str]) -> str:
        """Where a file endpoint of the container is, with what opens it."""
        scheme, _, rest = self.base.partition("://")
        http = {"ws": "http", "wss": "https"}[scheme]
        return f"{http}://{rest}{path}?{urlencode({**query, 'token': self.token})}"


def access_to(session: Session, config: ApiConfig, tasks: TaskDirectory) -> Access | None:
    """The access to a session; None once it has ended, or its task is gone without a trace."""
    if not session.live:
        return None
    base = config.cdp_public_url or _public_url(tasks.task(session.task_id))
    if base is None:
        return None
    spec = session.spec
    claims = Claims(
        session_id=spec.session_id,
        owner_id=spec.owner_id,
        token_id=spec.token_id,
        scopes=ALL_SCOPES,
        issued_at=int(spec.created_at),
        expires_at=int(spec.expires_at),
    )
    token = make_token(claims, config.token_secret)
    return Access(token=token, base=base, web_socket_api=config.ws_public_url)


def _public_url(task: Task | None) -> str | None:
    return task.public_url if task is not None else None
