from __future__ import annotations

import msgspec
import pytest

from chalice_app.config import ApiConfig
from chalice_app.secret_values import SecretsOfEnvironment
from chalice_app.services.access import access_to
from shared.clock import system_clock
from shared.ids import TaskId
from shared.records import Session, Task
from shared.session_state import SessionStatus
from shared.tokens import ALL_SCOPES, Claims, parse_token
from tests.fakes.records import make_session, make_spec, make_task

CONFIG = ApiConfig(redis_endpoint="unused:1", token_secret="s" * 32)
SECRETS = SecretsOfEnvironment(CONFIG)


class Tasks:
    """One task, or none."""

    def __init__(self, task: Task | None) -> None:
        self._task = task

    def task(self, task_id: TaskId) -> Task | None:
        return self._task if self._task and self._task.task_id == task_id else None


def live_session() -> Session:
    return make_session(make_spec(created_at=system_clock() - 1))


def test_the_address_is_the_tasks_own() -> None:
    access = access_to(live_session(), CONFIG, SECRETS, Tasks(make_task()))

    assert access is not None
    assert access.connect_url == f"ws://127.0.0.1:9223/cdp?token={access.token}"


def test_a_public_address_goes_before_the_tasks() -> None:
    config = ApiConfig(
        redis_endpoint="unused:1", token_secret="s" * 32, cdp_public_url="wss://cdp.example"
    )

    access = access_to(live_session(), config, SECRETS, Tasks(None))

    assert access is not None
    assert access.connect_url.startswith("wss://cdp.example/cdp?token=")


def test_the_websocket_api_is_told_where_it_is_known() -> None:
    config = ApiConfig(
        redis_endpoint="unused:1", token_secret="s" * 32, ws_public_url="wss://api.example/p"
    )
    known = access_to(live_session(), config, SECRETS, Tasks(make_task()))
    unknown = access_to(live_session(), CONFIG, SECRETS, Tasks(make_task()))

    assert known is not None
    assert unknown is not None
    assert known.web_socket_url == f"wss://api.example/p?token={known.token}"
    assert unknown.web_socket_url is None


def test_the_token_says_whose_session_it_opens_and_how_long() -> None:
    session = live_session()

    access = access_to(session, CONFIG, SECRETS, Tasks(make_task()))

    assert access is not None
    assert parse_token(access.token, SECRETS.token_secret()) == Claims(
        session_id=session.spec.session_id,
        owner_id=session.spec.owner_id,
        token_id=session.spec.token_id,
        scopes=ALL_SCOPES,
        issued_at=int(session.spec.created_at),
        expires_at=int(session.spec.expires_at),
    )


def test_the_same_session_always_has_the_same_access() -> None:
    session = live_session()

    one, other = (access_to(session, CONFIG, SECRETS, Tasks(make_task())) for _ in range(2))

    assert one == other


@pytest.mark.parametrize(
    "status", [SessionStatus.ENDED, SessionStatus.TIMED_OUT, SessionStatus.FAILED]
)
def test_an_ended_session_has_none(status: SessionStatus) -> None:
    session = msgspec.structs.replace(live_session(), status=status)

    assert access_to(session, CONFIG, SECRETS, Tasks(make_task())) is None


def test_a_task_that_is_gone_has_no_address() -> None:
    assert access_to(live_session(), CONFIG, SECRETS, Tasks(None)) is None


def test_an_access_does_not_print_its_token() -> None:
    access = access_to(live_session(), CONFIG, SECRETS, Tasks(make_task()))

    assert access is not None
    assert access.token not in repr(access)
