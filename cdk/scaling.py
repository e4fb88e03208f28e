"""How many tasks there are.

Free slots lead: out when few are left on average, in when most are free for ten minutes. CPU and
memory only add tasks. Scaling in stops no task with sessions, since those hold ECS' scale-in
protection. Between two looks of CloudWatch the API starts tasks itself (`POST /sessions` while no
slot is free).
"""

from __future__ import annotations

import math

import aws_cdk
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from cdk.context import Deployment
from cdk.metrics import Metrics

_FEW_FREE = 0.25
"""Share of slots free on average, at or below which tasks are added."""
_HARDLY_ANY_FREE = 0.10
_MOST_FREE = 0.70
"""Two tasks of which 70 % are free make one of which 40 % are, which is not few: no to and fro."""
_CPU_PERCENT = 65
_MEMORY_PERCENT = 75


class Scaling(Construct):
    """Application Auto Scaling of the service's desired count."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: Deployment,
        service: ecs.FargateService,
        metrics: Metrics,
    ) -> None:
        super().__init__(scope, construct_id)
        settings = deployment.settings
        self._tasks = service.auto_scale_task_count(
            min_capacity=deployment.tasks_min, max_capacity=settings.tasks_max
        )
        self._add_when_few_are_free(metrics, settings.max_sessions)
        self._remove_when_most_are_free(metrics, settings.max_sessions)
        for name, scale, percent in (
            ("Cpu", self._tasks.scale_on_cpu_utilization, _CPU_PERCENT),
            ("Memory", self._tasks.scale_on_memory_utilization, _MEMORY_PERCENT),
        ):
            scale(
                name,
                target_utilization_percent=percent,
                disable_scale_in=True,
                scale_out_cooldown=aws_cdk.Duration.seconds(60),
            )

    def _add_when_few_are_free(self, metrics: Metrics, slots: int) -> None:
        few, hardly_any = slots * _FEW_FREE, math.floor(slots * _HARDLY_ANY_FREE)
        self._step(
            "FewSlotsFree",
            metrics,
            autoscaling.ScalingInterval(upper=hardly_any, change=50),
            autoscaling.ScalingInterval(lower=hardly_any, upper=few, change=20),
            evaluation_periods=1,
            cooldown=aws_cdk.Duration.seconds(60),
        )

    def _remove_when_most_are_free(self, metrics: Metrics, slots: int) -> None:
        most = slots * _MOST_FREE
        self._step(
            "MostSlotsFree",
            metrics,
            autoscaling.ScalingInterval(upper=most, change=0),
            autoscaling.ScalingInterval(lower=most, change=-10),
            evaluation_periods=10,
            cooldown=aws_cdk.Duration.minutes(5),
        )

    def _step(
        self,
        name: str,
        metrics: Metrics,
        *intervals: autoscaling.ScalingInterval,
        evaluation_periods: int,
        cooldown: aws_cdk.Duration,
    ) -> None:
        """Change the number of tasks by percents, one at least, as free slots say."""
        self._tasks.scale_on_metric(
            name,
            metric=metrics.free_slots_per_task(),
            adjustment_type=autoscaling.AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
            min_adjustment_magnitude=1,
            scaling_steps=list(intervals),
            evaluation_periods=evaluation_periods,
            cooldown=cooldown,
        )
