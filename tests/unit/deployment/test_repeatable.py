"""Chalice's own executor with plans of one or two calls; whole ones: `tests/functional`."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from chalice.awsclient import ResourceDoesNotExistError, TypedAWSClient
from chalice.deploy import executor, models, sweeper
from chalice.utils import UI

from deployment import repeatable
from deployment.chalice_record import Record

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:wallcrawler-production-reap"
REST_API = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": "r1"}
MAKES_REST_API = [
    models.APICall("import_rest_api", {}, output_var="rest_api_id"),
    models.RecordResourceVariable("rest_api", "rest_api", "rest_api_id", "rest_api_id"),
]
MAKES_WEBSOCKET_API = models.APICall("create_websocket_api", {}, output_var="websocket_api_id")
MAKES_STAGE = models.APICall("create_stage", {})
DELETES = models.APICall("delete_function", {"function_name": ARN})


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Chalice:
    """What a `chalice` command does once it has a plan."""

    def __init__(self, folder: Path) -> None:
        self.record = Record(folder / ".chalice", "production")
        self.client = Mock(spec=TypedAWSClient)
        self.client.region_name = "eu-central-1"
        self.client.import_rest_api.return_value = "r1"
        self.client.create_websocket_api.return_value = "w1"
        self.said = io.StringIO()
        self._config: Any = SimpleNamespace(
            project_dir=str(folder),
            chalice_stage="production",
            deployed_resources=lambda _stage: None,
        )

    def run(self, *instructions: models.Instruction) -> None:
        plan = models.Plan(list(instructions), {})
        sweeper.ResourceSweeper().execute(models.Plan([], {}), self._config)
        executor.Executor(self.client, UI(self.said, self.said)).execute(plan)


@pytest.fixture
def chalice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chalice:
    for owner, name in (
        (sweeper.ResourceSweeper, "execute"),
        (executor.Executor, "execute"),
        (executor.Executor, "_do_apicall"),
    ):
        before: Callable[..., Any] = getattr(owner, name)
        monkeypatch.setattr(owner, name, before)  # so that it is put back afterwards
    repeatable.install()
    repeatable.install()
    return Chalice(tmp_path)


def test_what_was_made_before_a_failure_is_written_down(chalice: Chalice) -> None:
    chalice.client.create_stage.side_effect = refusal("TooManyRequestsException")

    with pytest.raises(ClientError, match="TooManyRequests"):
        chalice.run(*MAKES_REST_API, MAKES_STAGE)

    assert chalice.record.resources() == [REST_API]


def test_so_it_is_when_a_person_interrupts(chalice: Chalice) -> None:
    chalice.client.create_stage.side_effect = KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chalice.run(*MAKES_REST_API, MAKES_STAGE)

    assert chalice.record.resources() == [REST_API]


def test_a_websocket_api_without_its_stage_is_deleted(chalice: Chalice) -> None:
    chalice.client.create_stage.side_effect = refusal("TooManyRequestsException")

    with pytest.raises(ClientError, match="TooManyRequests"):
        chalice.run(MAKES_WEBSOCKET_API, MAKES_STAGE)

    chalice.client.delete_websocket_api.assert_called_once_with("w1")


def test_one_that_cannot_be_deleted_is_named(chalice: Chalice) -> None:
    chalice.client.create_stage.side_effect = refusal("TooManyRequestsException")
    chalice.client.delete_websocket_api.side_effect = refusal("AccessDenied")

    with pytest.raises(ClientError, match="TooManyRequests"):
        chalice.run(MAKES_WEBSOCKET_API, MAKES_STAGE)

    assert "Delete the WebSocket API w1" in chalice.said.getvalue()


def test_one_that_was_there_before_stays(chalice: Chalice) -> None:
    chalice.record.add([{"name": "websocket_api", "websocket_api_id": "w1"}])
    chalice.client.create_stage.side_effect = refusal("TooManyRequestsException")

    with pytest.raises(ClientError, match="TooManyRequests"):
        chalice.run(MAKES_WEBSOCKET_API, MAKES_STAGE)

    chalice.client.delete_websocket_api.assert_not_called()


@pytest.mark.parametrize(
    "error",
    [
        ResourceDoesNotExistError(ARN),
        refusal("NotFoundException"),
        refusal("ResourceNotFoundException"),
    ],
)
def test_what_is_gone_already_counts_as_deleted(chalice: Chalice, error: Exception) -> None:
    chalice.client.delete_function.side_effect = error

    chalice.run(DELETES)

    assert "gone already" in chalice.said.getvalue()


def test_what_may_not_be_deleted_is_a_failure(chalice: Chalice) -> None:
    chalice.client.delete_function.side_effect = refusal("AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        chalice.run(DELETES)


def test_what_is_to_be_changed_must_be_there(chalice: Chalice) -> None:
    chalice.client.create_stage.side_effect = refusal("NotFoundException")

    with pytest.raises(ClientError, match="NotFound"):
        chalice.run(MAKES_STAGE)


def test_in_another_region_nothing_is_done(chalice: Chalice) -> None:
    chalice.record.add([{"name": "reap", "lambda_arn": ARN}])
    chalice.client.region_name = "us-east-1"

    with pytest.raises(SystemExit, match="in eu-central-1, this is us-east-1"):
        chalice.run(DELETES)

    chalice.client.delete_function.assert_not_called()
