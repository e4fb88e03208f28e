"""Alarms: each says what is wrong for users, and tells one topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk.context import Deployment
from cdk.metrics import FIVE_MINUTES, ONE_MINUTE, Metrics
from shared.aws_names import FUNCTIONS, REAPER_FUNCTION, REST_FUNCTION, SOCKET_FUNCTIONS
from shared.limits import ACTION_WAIT_SECONDS

ERROR_PERCENT: Final = 5
SOCKET_DURATION_MS: Final = 5_000
REAPER_DURATION_MS: Final = 20_000
REST_DURATION_MS: Final = ACTION_WAIT_SECONDS * 1_000 + 2_000
"""The API waits 25 s by design, and API Gateway cuts at 29."""
CREATE_LATENCY_MS: Final = 10_000
REDIS_MEMORY_PERCENT: Final = 75
REDIS_CPU_PERCENT: Final = 80
_CEASED = cloudwatch.TreatMissingData.BREACHING
_IDLE = cloudwatch.TreatMissingData.NOT_BREACHING


class Alarms(Construct):
    """They tell when they begin and when they end."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        metrics: Metrics,
        key: kms.IKey,
        target_groups: Sequence[elbv2.NetworkTargetGroup],
        redis_node_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._metrics = metrics
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # Its policy takes the place of SNS' default one, by which alarms could publish.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": aws_cdk.Aws.ACCOUNT_ID}},
            )
        )
        if deployment.alarm_email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(deployment.alarm_email))
        self.all: list[cloudwatch.Alarm] = []
        self._watch_functions()
        self._watch_api()
        self._watch_capacity(target_groups)
        self._watch_redis(redis_node_ids)

    def _watch_functions(self) -> None:
        durations = {
            REST_FUNCTION: REST_DURATION_MS,
            REAPER_FUNCTION: REAPER_DURATION_MS,
            **dict.fromkeys(SOCKET_FUNCTIONS, SOCKET_DURATION_MS),
        }
        for function in FUNCTIONS:
            name = "".join(part.capitalize() for part in function.split("_"))
            self._alarm(
                f"{name}Errors",
                f"{ERROR_PERCENT} % or more of {function}'s invocations fail",
                self._error_rate(function),
                threshold=ERROR_PERCENT,
                periods=2,
            )
            self._alarm(
                f"{name}Duration",
                f"{function} takes {durations[function] / 1000:g} s or more (p95)",
                self._metrics.function(function, "Duration", "p95"),
                threshold=durations[function],
                periods=3,
            )
        self._alarm(
            "ReaperSilent",
            "the reaper has not run for 10 minutes: sessions of dead containers stay",
            self._metrics.function(REAPER_FUNCTION, "Invocations", "Sum"),
            threshold=1,
            periods=2,
            below=True,
            missing=_CEASED,
        )

    def _watch_api(self) -> None:
        self._alarm(
            "RestServerErrors",
            f"{ERROR_PERCENT} % or more of REST requests are answered 5xx",
            # The average of a metric that is 0 or 1 for each request is a share.
            self._metrics.rest_api("5XXError", "Average"),
            threshold=ERROR_PERCENT / 100,
            periods=2,
        )
        self._alarm(
            "CreateLatency",
            f"sessions take {CREATE_LATENCY_MS / 1000:g} s or more to create (p95)",
            self._metrics.create_latency("p95"),
            threshold=CREATE_LATENCY_MS,
            periods=2,
        )

    def _watch_capacity(self, target_groups: Sequence[elbv2.NetworkTargetGroup]) -> None:
        self._alarm(
            "NoFreeSlots",
            "no container has a free slot, or none says so: new sessions wait for capacity",
            self._metrics.free_slots_of_emptiest_task(),
            threshold=1,
            periods=5,
            below=True,
            missing=_CEASED,
        )
        for group in target_groups:
            self._alarm(
                f"Unhealthy{group.node.id}Targets",
                "containers fail their health checks: browsers do not start, or they drain",
                group.metrics.un_healthy_host_count(period=ONE_MINUTE, statistic="Maximum"),
                threshold=1,
                periods=5,
            )

    def _watch_redis(self, node_ids: Sequence[str]) -> None:
        for number, node_id in enumerate(node_ids, start=1):
            self._alarm(
                f"Redis{number}Memory",
                "Redis fills up: it refuses writes when full, and no session can be made",
                self._metrics.redis(node_id, "DatabaseMemoryUsagePercentage", "Maximum"),
                threshold=REDIS_MEMORY_PERCENT,
                periods=2,
            )
            self._alarm(
                f"Redis{number}Cpu",
                "Redis' one thread is busy: everything becomes slow",
                self._metrics.redis(node_id, "EngineCPUUtilization", "Average"),
                threshold=REDIS_CPU_PERCENT,
                periods=3,
            )

    def _error_rate(self, function: str) -> cloudwatch.MathExpression:
        return cloudwatch.MathExpression(
            # Lambda tells both for each invocation, so there is no division by nothing.
            expression="100 * errors / invocations",
            using_metrics={
                "errors": self._metrics.function(function, "Errors", "Sum"),
                "invocations": self._metrics.function(function, "Invocations", "Sum"),
            },
            period=FIVE_MINUTES,
            label=f"{function} errors, percent",
        )

    def _alarm(
        self,
        name: str,
        meaning: str,
        metric: cloudwatch.IMetric,
        *,
        threshold: float,
        periods: int,
        below: bool = False,
        missing: cloudwatch.TreatMissingData = _IDLE,
    ) -> None:
        operator = (
            cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
            if below
            else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        )
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=f"WallCrawler: {meaning}.",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=operator,
            treat_missing_data=missing,
        )
        notice = actions.SnsAction(self.topic)
        alarm.add_alarm_action(notice)
        alarm.add_ok_action(notice)
        self.all.append(alarm)
