"""Over real HTTP, in the shapes that ECS documents."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cdp_proxy.core.protection import EXPIRES_MINUTES, ProtectionInput
from cdp_proxy.transport import ecs as module
from cdp_proxy.transport.ecs import EcsAgent, NoMetadata, TaskMetadata, read_metadata
from tests.fakes.ecs_agent import METADATA, TASK_ARN, Agent, running_agent


@pytest.fixture
def agent() -> Iterator[Agent]:
    with running_agent() as agent:
        yield agent


NOBODY_LISTENS = "http://127.0.0.1:1"


class TestMetadata:
    def test_the_task_is_told_who_and_where_it_is(self, agent: Agent) -> None:
        assert read_metadata(f"{agent.url}/v4/x") == TaskMetadata(
            TASK_ARN, "127.0.0.1", "eu-central-1b"
        )

    def test_the_definitions_revision_is_told_if_ecs_tells_it(self, agent: Agent) -> None:
        agent.metadata = (200, {**METADATA, "Revision": "7"})

        assert read_metadata(f"{agent.url}/v4/x").revision == "7"

    def test_a_zone_may_be_missing(self, agent: Agent) -> None:
        agent.metadata = (200, {**METADATA, "AvailabilityZone": None})

        assert read_metadata(f"{agent.url}/v4/x").availability_zone is None

    @pytest.mark.parametrize(
        "answer",
        [
            (500, {}),
            (200, b"not json"),
            (200, []),
            (200, {**METADATA, "Containers": []}),
            (200, {**METADATA, "TaskARN": ""}),
        ],
    )
    def test_what_names_no_address_is_no_metadata(
        self, agent: Agent, answer: tuple[int, object]
    ) -> None:
        agent.metadata = answer

        with pytest.raises(NoMetadata):
            read_metadata(f"{agent.url}/v4/x")

    def test_nobody_answers(self) -> None:
        with pytest.raises(NoMetadata):
            read_metadata(NOBODY_LISTENS)


class TestProtection:
    def ask(self, agent: Agent, enabled: bool = True) -> ProtectionInput:
        return EcsAgent(f"{agent.url}/api/x").protect(enabled)

    def test_it_is_asked_for_with_its_duration(self, agent: Agent) -> None:
        assert self.ask(agent) is ProtectionInput.DONE
        assert agent.asked == [{"ProtectionEnabled": True, "ExpiresInMinutes": EXPIRES_MINUTES}]

    def test_it_is_given_up_without_one(self, agent: Agent) -> None:
        assert self.ask(agent, enabled=False) is ProtectionInput.DONE
        assert agent.asked == [{"ProtectionEnabled": False}]

    def test_a_task_of_no_service_cannot_have_it(self, agent: Agent) -> None:
        agent.refusals = [(200, {"failure": {"Arn": TASK_ARN, "Reason": "TASK_NOT_VALID"}})]

        assert self.ask(agent) is ProtectionInput.NOT_OURS

    @pytest.mark.parametrize(
        "answer",
        [
            (200, {"failure": {"Arn": TASK_ARN, "Reason": "DEPLOYMENT_BLOCKED"}}),
            (400, {"error": {"Arn": TASK_ARN, "Code": "AccessDeniedException", "Message": "no"}}),
            (500, {"error": {"Code": "ServerException"}}),
            (200, {"protection": {"ProtectionEnabled": False}}),
            (200, {}),
            (200, b"<html>"),
        ],
    )
    def test_anything_else_is_a_failure(self, agent: Agent, answer: tuple[int, object]) -> None:
        agent.refusals = [answer]

        assert self.ask(agent) is ProtectionInput.FAILED

    def test_an_agent_that_hangs_is_given_up(
        self, agent: Agent, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_TIMEOUT_SECONDS", 0.1)
        agent.hold = threading.Event()

        assert self.ask(agent) is ProtectionInput.FAILED

    def test_nobody_answers(self) -> None:
        assert EcsAgent(NOBODY_LISTENS).protect(True) is ProtectionInput.FAILED
