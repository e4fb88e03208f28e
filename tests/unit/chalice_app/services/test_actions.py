"""The service on a real Redis; over HTTP: `tests/functional/test_rest_actions.py`."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from chalice_app.services.actions import ActionService, Failed, Running, Succeeded
from chalice_app.wiring import Deps
from shared.actions import ActBody, ObserveBody, parse_action_request
from shared.bus import Reply
from shared.errors import OperationNotFound, SessionNotFound, TargetCovered
from shared.ids import OwnerId, RequestId, SessionId
from shared.limits import ACTION_WAIT_SECONDS
from shared.records import ErrorBody
from shared.request_kind import RequestKind
from tests.fakes.api import FakeContainer, performs
from tests.fakes.records import OWNER

never_answers = performs(lambda _store, _request: None)


@pytest.fixture
def deps(deps: Deps) -> Deps:
    return replace(deps, action_wait_seconds=1.0)


@pytest.fixture
def service(deps: Deps) -> ActionService:
    return ActionService(deps)


@pytest.fixture
def patient(deps: Deps) -> ActionService:
    """Waits for a container's answer however slow the machine is."""
    return ActionService(replace(deps, action_wait_seconds=ACTION_WAIT_SECONDS))


def test_the_container_gets_all_that_was_asked(
    patient: ActionService, session_id: SessionId, container: FakeContainer
) -> None:
    body = ActBody(instruction="type %a% into Name", variables={"a": "b"})

    outcome = patient.run(OWNER, session_id, RequestKind.ACT, body, "sk-1")

    assert isinstance(outcome, Succeeded)
    request = parse_action_request(RequestKind.ACT, container.seen[-1].payload)
    assert (request.session_id, request.body, request.model_api_key) == (session_id, body, "sk-1")


def test_what_goes_on_has_the_requests_id(
    service: ActionService, session_id: SessionId, container: FakeContainer
) -> None:
    container.behaviour = never_answers

    outcome = service.run(OWNER, session_id, RequestKind.OBSERVE, ObserveBody())

    assert outcome == Running(container.seen[-1].id)
    assert service.look_up(OWNER, session_id, container.seen[-1].id) == outcome


def test_the_end_is_found_under_it(
    service: ActionService, deps: Deps, session_id: SessionId, container: FakeContainer
) -> None:
    container.behaviour = never_answers
    service.run(OWNER, session_id, RequestKind.OBSERVE, ObserveBody())
    deps.bus.reply(container.seen[-1].id, Reply(result=msgspec.Raw(b"[]")))

    outcome = service.look_up(OWNER, session_id, container.seen[-1].id)

    assert outcome == Succeeded(msgspec.Raw(b"[]"))


def test_a_failure_keeps_its_class(
    service: ActionService, deps: Deps, session_id: SessionId, container: FakeContainer
) -> None:
    container.behaviour = never_answers
    service.run(OWNER, session_id, RequestKind.OBSERVE, ObserveBody())
    error = ErrorBody(code="TARGET_COVERED", message="By a banner.", details={"coveredBy": "x"})
    deps.bus.reply(container.seen[-1].id, Reply(error=error))

    outcome = service.look_up(OWNER, session_id, container.seen[-1].id)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, TargetCovered)
    assert outcome.error.details == {"coveredBy": "x"}


def test_an_action_that_was_answered_leaves_no_operation(
    patient: ActionService, session_id: SessionId, container: FakeContainer
) -> None:
    patient.run(OWNER, session_id, RequestKind.OBSERVE, ObserveBody())

    with pytest.raises(OperationNotFound):
        patient.look_up(OWNER, session_id, container.seen[-1].id)


def test_others_find_neither_session_nor_operation(
    service: ActionService, session_id: SessionId
) -> None:
    stranger = OwnerId("f" * 16)

    with pytest.raises(SessionNotFound):
        service.run(stranger, session_id, RequestKind.OBSERVE, ObserveBody())
    with pytest.raises(SessionNotFound):
        service.look_up(stranger, session_id, RequestId("0" * 32))
