"""What opens a live session: its token, and the address to take it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from chalice_app.config import ApiConfig
from chalice_app.secret_values import Secrets
from shared.ids import TaskId
from shared.records import Session, Task
from shared.tokens import ALL_SCOPES, Claims, Scope, make_token

_HTTP_OF = {"ws": "http", "wss": "https"}


class TaskDirectory(Protocol):
    """Where tasks say how they are reached (`SessionStore`)."""

    def task(self, task_id: TaskId) -> Task | None:
        """What the task last said of itself."""
        ...


LIVE_SCOPES = frozenset({Scope.VIEW, Scope.INPUT})
"""What the live page's own link may do."""


@dataclass(frozen=True, slots=True)
class Access:
    """The same session always has the same access, for as long as it lives."""

    token: str = field(repr=False)
    live_token: str = field(repr=False)
    """For watching and input alone."""
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

    @property
    def live_url(self) -> str:
        """The page on which people watch and take over."""
        return live_url(self.base, self.live_token)

    def http_url(self, path: str, query: Mapping[str, str]) -> str:
        """Where a file endpoint of the container is, with what opens it."""
        return f"{_http(self.base)}{path}?{urlencode({**query, 'token': self.token})}"


def access_to(
    session: Session, config: ApiConfig, secrets: Secrets, tasks: TaskDirectory
) -> Access | None:
    """The access to a session; None once it has ended, or its task is gone without a trace."""
    if not session.live:
        return None
    base = base_of(session, config, tasks)
    if base is None:
        return None
    return Access(
        token=make_token(claims_of(session, ALL_SCOPES), secrets.token_secret()),
        live_token=make_token(claims_of(session, LIVE_SCOPES), secrets.token_secret()),
        base=base,
        web_socket_api=config.ws_public_url,
    )


def base_of(session: Session, config: ApiConfig, tasks: TaskDirectory) -> str | None:
    """`ws[s]://host`, perhaps with a path, of a session's container; None when it is gone."""
    return config.cdp_public_url or _public_url(tasks.task(session.task_id))


def live_url(base: str, token: str) -> str:
    """The live page of a token's session."""
    return f"{_http(base)}/live?token={token}"


def claims_of(session: Session, scopes: frozenset[Scope], expires_at: int | None = None) -> Claims:
    """What a token for these scopes says; it dies with the session, or before."""
    spec = session.spec
    return Claims(
        session_id=spec.session_id,
        owner_id=spec.owner_id,
        token_id=spec.token_id,
        scopes=scopes,
        issued_at=int(spec.created_at),
        expires_at=expires_at or int(spec.expires_at),
    )


def _http(base: str) -> str:
    scheme, _, rest = base.partition("://")
    return f"{_HTTP_OF[scheme]}://{rest}"


def _public_url(task: Task | None) -> str | None:
    return task.public_url if task is not None else None
