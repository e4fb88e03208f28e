"""Roles of the Lambda functions, which Chalice makes: it is told their ARNs.

Each starts with what any function in a VPC needs, and nothing else; the stack grants the rest.
"""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk import statements
from cdk.settings import Settings


class FunctionRoles(Construct):
    """One role for the REST API, one for the WebSocket handlers, one for the reaper."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._environment = settings.environment
        self.api = self._role("Api", "the REST API")
        self.socket = self._role("Socket", "the WebSocket API's handlers")
        self.reaper = self._role("Reaper", "the reaper")

    def _role(self, name: str, what: str) -> iam.Role:
        role = iam.Role(
            self,
            name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"WallCrawler {self._environment}: {what}",
        )
        for statement in statements.attach_to_vpc(self._environment):
            role.add_to_policy(statement)
        return role
