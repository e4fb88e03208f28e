"""Starting tasks on ECS, and asking what has become of them. Knows ECS's words, decides nothing.

The botocore client is made with the first call: 300 ms that most requests do not need.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalice_app.capacity_config import CapacityConfig
from shared.aws_names import BURST_TASKS
from shared.ids import StartToken
from shared.session_state import EndReason

_CONNECT_TIMEOUT_SECONDS = 2
_READ_TIMEOUT_SECONDS = 4
_ATTEMPTS = 2
"""Together below `START_RETRY_SECONDS`, so that no two ask for one start at a time."""
_DESCRIBED_AT_ONCE = 100
"""`DescribeTasks` takes no more."""
_STARTS_ANEW = frozenset(
    {
        *("UserInitiated", "ServiceSchedulerInitiated", "SpotInterruption", "TerminationNotice"),
        *("InfrastructureHealth", "MISSING"),
    }
)
"""Stop codes that say nothing against starting the same again."""
_FAILED_TO_START = "TaskFailedToStart"
_ON_THE_WAY_DOWN = frozenset({"DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"})
_OUT_OF_CAPACITY = frozenset(
    {
        *("ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException"),
        *("RequestLimitExceeded", "LimitExceededException", "ServerException"),
        *("ServiceUnavailable", "ServiceUnavailableException", "InternalFailure"),
    }
)
"""Error codes that may be otherwise a minute later."""
_MAY_PASS = re.compile(r"capacity|limit on the number|quota|concurrent", re.IGNORECASE)
"""What ECS's texts of `ClientException` and of failures say when there is too little of something.
"""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(:[A-Za-z0-9_-]+)*")
_DETAIL_CHARS_MAX = 64


class StartRefused(Exception):
    """ECS starts no task; the text is ECS's own, for the log alone (it may name resources)."""

    def __init__(self, reason: EndReason, detail: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.detail = detail
        """One word that may be shown."""


class StartUnknown(Exception):
    """ECS gave no answer: the task may have been started or not. Ask again, with the same token."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A task that has stopped."""

    detail: str
    """One word that may be shown."""
    text: str
    """ECS's own, for the log alone."""
    reason: EndReason | None
    """Why those in line for it fail; None: it is no fault of its own, and may be started anew."""


class EcsCapacity:
    """The cluster that `CapacityConfig` names."""

    def __init__(self, config: CapacityConfig, client: Any = None) -> None:
        """Take the settings; `client` is a botocore client of ECS, made when needed if None."""
        self._config = config
        self._given = client

    def run(self, token: StartToken) -> str:
        """Start a task, or find the one that was started with this token before.

        Returns:
            Its ARN.

        Raises:
            StartRefused: none was started, and why.
            StartUnknown: no answer.
        """
        from botocore import exceptions  # noqa: PLC0415

        try:
            answer = self._client.run_task(**self._request(token))
        except exceptions.ClientError as error:
            raise _refusal(error.response.get("Error", {})) from error
        except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
            raise StartUnknown(str(error)) from error
        except exceptions.BotoCoreError as error:  # no credentials, no region
            name = type(error).__name__
            raise StartRefused(EndReason.CAPACITY_REFUSED, name, str(error)) from error
        if answer["tasks"]:
            return str(answer["tasks"][0]["taskArn"])
        raise _failure(answer["failures"])

    def stopped(self, task_arns: Sequence[str]) -> dict[str, Stopped]:
        """Which of these tasks have stopped, or are known to ECS no more.

        Raises:
            StartUnknown: ECS cannot be asked just now.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        found: dict[str, Stopped] = {}
        for first in range(0, len(task_arns), _DESCRIBED_AT_ONCE):
            try:
                answer = self._client.describe_tasks(
                    cluster=self._config.cluster_arn,
                    tasks=list(task_arns[first : first + _DESCRIBED_AT_ONCE]),
                )
            except (BotoCoreError, ClientError) as error:
                raise StartUnknown(str(error)) from error
            for task in answer["tasks"]:
                if task.get("lastStatus") in _ON_THE_WAY_DOWN:
                    found[task["taskArn"]] = _stopped(task)
            for failure in answer["failures"]:
                reason = str(failure.get("reason", ""))
                if reason == "MISSING":
                    found[failure["arn"]] = Stopped(reason, "ECS knows it no more.", None)
        return found

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415

        options = botocore.config.Config(
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        )
        return botocore.session.get_session().create_client("ecs", config=options)

    def _request(self, token: StartToken) -> dict[str, Any]:
        config = self._config
        environment = {"START_TOKEN": token, "IDLE_EXIT_SECONDS": f"{config.idle_exit_seconds:g}"}
        return {
            "cluster": config.cluster_arn,
            "taskDefinition": config.task_definition_arn,
            "launchType": "FARGATE",
            "count": 1,
            "clientToken": token,
            "startedBy": BURST_TASKS,
            "enableECSManagedTags": True,
            "propagateTags": "TASK_DEFINITION",
            "tags": [{"key": "wallcrawler:start", "value": token}],
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": list(config.subnet_ids),
                    "securityGroups": [config.security_group_id],
                    "assignPublicIp": "DISABLED",
                }
            },
            "overrides": {
                "containerOverrides": [
                    {
                        "name": config.container_name,
                        "environment": [
                            {"name": name, "value": value} for name, value in environment.items()
                        ],
                    }
                ]
            },
        }


def _refusal(error: Mapping[str, str]) -> StartRefused:
    code, text = error.get("Code", "Unknown"), error.get("Message", "")
    passes = code in _OUT_OF_CAPACITY or (code == "ClientException" and _MAY_PASS.search(text))
    reason = EndReason.CAPACITY_UNAVAILABLE if passes else EndReason.CAPACITY_REFUSED
    return StartRefused(reason, _word_of(code), f"{code}: {text}")


def _failure(failures: Sequence[Mapping[str, str]]) -> StartRefused:
    """Of `failures[]`: RESOURCE:MEMORY and the like, AGENT, or a sentence about capacity."""
    texts = [f"{each.get('reason', '')} {each.get('detail', '')}".strip() for each in failures]
    reason = failures[0].get("reason", "") if failures else "NO_TASK"
    word = "CAPACITY" if " " in reason and _MAY_PASS.search(reason) else _word_of(reason)
    passes = word == "CAPACITY" or word.startswith("RESOURCE:") or word in {"AGENT", "NO_TASK"}
    return StartRefused(
        EndReason.CAPACITY_UNAVAILABLE if passes else EndReason.CAPACITY_REFUSED,
        word,
        "; ".join(texts) or "ECS answered with neither a task nor a failure.",
    )


def _stopped(task: Mapping[str, Any]) -> Stopped:
    code = str(task.get("stopCode") or "Stopped")
    text = str(task.get("stoppedReason") or "")
    exits = [
        f"{container.get('name')}: exit code {container.get('exitCode')}"
        f" {container.get('reason') or ''}".rstrip()
        for container in task.get("containers", ())
    ]
    error = re.match(r"[A-Za-z]+Error(?=:)", text)
    detail = f"{code}:{error[0]}" if error else code
    told = "; ".join([code, text, *exits])
    if code in _STARTS_ANEW:
        return Stopped(_word_of(detail), told, None)
    # Fargate may find out that it has no room only after it has taken the task on.
    if code == _FAILED_TO_START and error is None and _MAY_PASS.search(text):
        return Stopped("CAPACITY", told, EndReason.CAPACITY_UNAVAILABLE)
    return Stopped(_word_of(detail), told, EndReason.CAPACITY_LOST)


def _word_of(text: str) -> str:
    found = _WORD.match(text)
    return found[0][:_DETAIL_CHARS_MAX] if found else "UNKNOWN"
