"""One CloudWatch dashboard for an environment, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from cdk.metrics import ONE_MINUTE, Metrics
from cdk.settings import Settings
from shared.aws_names import FUNCTIONS, stack_name

_THIRD = 8


class Dashboard(Construct):
    """Alarms, then sessions, API, functions, tasks, the load balancer, Redis."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        metrics: Metrics,
        alarms: Sequence[cloudwatch.Alarm],
        service: ecs.FargateService,
        balancer: elbv2.NetworkLoadBalancer,
        redis_node_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._metrics = metrics
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=stack_name(settings.environment),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", width=24, alarms=list(alarms))],
                self._sessions(),
                self._api(),
                self._functions(),
                self._tasks(service, balancer),
                self._redis(redis_node_ids),
            ],
        )

    def _sessions(self) -> list[cloudwatch.IWidget]:
        metrics = self._metrics
        return [
            _graph("Sessions and screencasts", metrics.sessions(), metrics.screencasts()),
            _graph(
                "Free slots: per task, and of the emptiest",
                metrics.free_slots_per_task(),
                metrics.free_slots_of_emptiest_task(),
            ),
            _graph("Failed sessions", metrics.failures()),
        ]

    def _api(self) -> list[cloudwatch.IWidget]:
        metrics = self._metrics
        return [
            _graph("POST /sessions, ms", *map(metrics.create_latency, ("p50", "p95", "p99"))),
            _graph("REST requests", metrics.rest_api("Count", "Sum")),
            _graph(
                "REST errors, share",
                metrics.rest_api("4XXError", "Average"),
                metrics.rest_api("5XXError", "Average"),
            ),
        ]

    def _functions(self) -> list[cloudwatch.IWidget]:
        return [
            _graph(title, *(self._metrics.function(each, name, statistic) for each in FUNCTIONS))
            for title, name, statistic in (
                ("Lambda: duration p95, ms", "Duration", "p95"),
                ("Lambda: errors", "Errors", "Sum"),
                ("Lambda: concurrent executions", "ConcurrentExecutions", "Maximum"),
            )
        ]

    def _tasks(
        self, service: ecs.FargateService, balancer: elbv2.NetworkLoadBalancer
    ) -> list[cloudwatch.IWidget]:
        return [
            _graph(
                "Tasks: CPU and memory, percent",
                service.metric_cpu_utilization(),
                service.metric_memory_utilization(),
            ),
            _graph(
                "Tasks running",
                cloudwatch.Metric(
                    namespace="ECS/ContainerInsights",
                    metric_name="RunningTaskCount",
                    dimensions_map={
                        "ClusterName": service.cluster.cluster_name,
                        "ServiceName": service.service_name,
                    },
                    period=ONE_MINUTE,
                ),
            ),
            _graph(
                "Load balancer: connections",
                balancer.metrics.active_flow_count(),
                balancer.metrics.new_flow_count(),
            ),
        ]

    def _redis(self, node_ids: Sequence[str]) -> list[cloudwatch.IWidget]:
        return [
            _graph(
                title,
                *(
                    self._metrics.redis(each, name, statistic)
                    for each in node_ids
                    for name in names
                ),
            )
            for title, statistic, names in (
                (
                    "Redis: memory and CPU, percent",
                    "Maximum",
                    ("DatabaseMemoryUsagePercentage", "EngineCPUUtilization"),
                ),
                ("Redis: connections", "Maximum", ("CurrConnections",)),
                (
                    "Redis: command latency, µs",
                    "Average",
                    ("EvalBasedCmdsLatency", "ListBasedCmdsLatency", "HashBasedCmdsLatency"),
                ),
            )
        ]


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=_THIRD)
