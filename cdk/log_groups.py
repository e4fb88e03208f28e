"""CloudWatch log groups, made here so that they have a retention before anything writes to them."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.settings import LOG_DAYS, Settings
from shared.aws_names import FUNCTIONS, browser_log_group, function_log_group


class LogGroups(Construct):
    """One for the containers, one for each Lambda function."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._retention = logs.RetentionDays[LOG_DAYS[settings.log_days]]
        self.browsers = self._group("Browsers", browser_log_group(settings.environment))
        self.functions: Mapping[str, logs.LogGroup] = {
            name: self._group(
                "".join(part.capitalize() for part in name.split("_")),
                function_log_group(settings.environment, name),
            )
            for name in FUNCTIONS
        }
        """By the name in `shared.aws_names.FUNCTIONS`."""

    def _group(self, construct_id: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=self._retention,
            # Kept, their fixed names would stand in the way of the next deployment.
            removal_policy=aws_cdk.RemovalPolicy.DESTROY,
        )
