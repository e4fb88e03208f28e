"""CloudWatch metrics that scaling, alarms and the dashboard look at, in one place."""

from __future__ import annotations

import aws_cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from shared import metrics
from shared.aws_names import PRODUCT, function_name

ONE_MINUTE = aws_cdk.Duration.minutes(1)
FIVE_MINUTES = aws_cdk.Duration.minutes(5)


class Metrics:
    """Of one environment. Not a construct: a metric is only a name."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def free_slots_per_task(self) -> cloudwatch.Metric:
        """Average over the containers; each tells its own."""
        return self._own(metrics.FREE_SLOTS, "Average", ONE_MINUTE)

    def free_slots_of_emptiest_task(self) -> cloudwatch.Metric:
        """0 when no container could take a session, however many tell, and however often."""
        return self._own(metrics.FREE_SLOTS, "Maximum", ONE_MINUTE)

    def sessions(self) -> cloudwatch.Metric:
        """Of all containers: each tells its own once a minute."""
        return self._own(metrics.SESSIONS, "Sum", ONE_MINUTE)

    def screencasts(self) -> cloudwatch.Metric:
        """Of all containers: each tells its own once a minute."""
        return self._own(metrics.ACTIVE_SCREENCASTS, "Sum", ONE_MINUTE)

    def create_latency(self, statistic: str) -> cloudwatch.Metric:
        """Milliseconds of `POST /sessions`."""
        return self._own(metrics.CREATE_LATENCY, statistic, FIVE_MINUTES)

    def failures(self) -> cloudwatch.Metric:
        """Sessions that failed."""
        return self._own(metrics.SESSIONS_FAILED, "Sum", FIVE_MINUTES)

    def function(self, function: str, metric: str, statistic: str) -> cloudwatch.Metric:
        """Lambda's own, of one function (`shared.aws_names.FUNCTIONS`)."""
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=metric,
            dimensions_map={"FunctionName": function_name(self._environment, function)},
            statistic=statistic,
            period=FIVE_MINUTES,
            label=f"{function} {metric}",
        )

    def rest_api(self, metric: str, statistic: str) -> cloudwatch.Metric:
        """API Gateway's own; both stages' REST APIs bear the app's name."""
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=metric,
            dimensions_map={"ApiName": PRODUCT, "Stage": self._environment},
            statistic=statistic,
            period=FIVE_MINUTES,
        )

    def redis(self, node_id: str, metric: str, statistic: str) -> cloudwatch.Metric:
        """ElastiCache's own, of one node."""
        return cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name=metric,
            dimensions_map={"CacheClusterId": node_id},
            statistic=statistic,
            period=FIVE_MINUTES,
        )

    def _own(self, metric: str, statistic: str, period: aws_cdk.Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=metrics.NAMESPACE,
            metric_name=metric,
            dimensions_map={metrics.ENVIRONMENT: self._environment},
            statistic=statistic,
            period=period,
        )
