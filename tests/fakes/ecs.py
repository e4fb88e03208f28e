"""ECS as far as deploying a canary goes, in memory."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.aws_clients import FakeAws
from tests.fakes.stack_outputs import make_outputs


@dataclass
class FakeEcs(FakeAws):
    """Tasks that run as told, and a reaper's function that says what it is told to say."""

    desired: int = 10
    definitions: list[dict[str, Any]] = field(default_factory=list)
    running: list[dict[str, Any]] = field(default_factory=list)
    fate: dict[str, Any] = field(
        default_factory=lambda: {"lastStatus": "RUNNING", "healthStatus": "HEALTHY"}
    )
    """Of tasks that are started."""
    failures: list[dict[str, str]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    answer: Any = None
    """Of the function; None: what it was ordered, with a task and two sessions."""
    function_error: str | None = None

    def describe_task_definition(self, *, taskDefinition: str) -> dict[str, Any]:  # noqa: N803
        assert taskDefinition == make_outputs()["TaskDefinitionArn"]
        return {
            "taskDefinition": {
                "taskDefinitionArn": taskDefinition,
                "family": "browsers",
                "revision": 7,
                "status": "ACTIVE",
                "taskRoleArn": "arn:aws:iam::123456789012:role/task",
                "networkMode": "awsvpc",
                "requiresCompatibilities": ["FARGATE"],
                "volumes": [{"name": "scratch"}],
                "placementConstraints": [],
                "cpu": "1024",
                "containerDefinitions": [
                    {
                        "name": "container",
                        "image": "registry/wallcrawler:v1",
                        "environment": [
                            {"name": "MAX_SESSIONS", "value": "5"},
                            {"name": "WALLCRAWLER_VERSION", "value": "v1"},
                        ],
                        "secrets": [{"name": "JWE_SECRET", "valueFrom": "arn"}],
                    },
                    {"name": "sidecar", "image": "registry/other:1"},
                ],
            }
        }

    def register_task_definition(self, **definition: Any) -> dict[str, Any]:
        self.definitions.append(definition)
        arn = f"arn:aws:ecs:task-definition/{definition['family']}:{len(self.definitions)}"
        return {"taskDefinition": {"taskDefinitionArn": arn}}

    def describe_services(self, *, cluster: str, services: list[str]) -> dict[str, Any]:
        return {"services": [{"desiredCount": self.desired}]}

    def run_task(self, **request: Any) -> dict[str, Any]:
        assert request["count"] <= 10
        if self.failures:
            return {"tasks": [], "failures": self.failures}
        image = self.definitions[-1]["containerDefinitions"][0]["image"]
        started = [
            {
                "taskArn": f"task-{len(self.running) + number}",
                "containers": [{"image": image}],
                **self.fate,
            }
            for number in range(request["count"])
        ]
        self.running += started
        arns = self.tasks.setdefault(request["startedBy"], [])
        arns += [task["taskArn"] for task in started]
        return {"tasks": started, "failures": []}

    def describe_tasks(self, *, cluster: str, tasks: list[str]) -> dict[str, Any]:
        return {"tasks": [task for task in self.running if task["taskArn"] in tasks]}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "wallcrawler-production-reap"
        event = json.loads(Payload)
        self.orders.append(event)
        said = self.answer or {"version": "v1", "tasks": 1, "sessions": 2, **event["detail"]}
        answer: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(said).encode())}
        return {**answer, "FunctionError": self.function_error} if self.function_error else answer
