"""The stack: all constructs put together. Who may do what, and what others learn, is said here."""

from __future__ import annotations

import aws_cdk
from constructs import Construct

from cdk import statements
from cdk.acknowledgements import acknowledge_findings
from cdk.alarms import Alarms
from cdk.browsers import Browsers, Surroundings
from cdk.cache import Cache
from cdk.context import Deployment
from cdk.dashboard import Dashboard
from cdk.encryption import Encryption
from cdk.function_roles import FunctionRoles
from cdk.load_balancer import InternalLoadBalancer, Place, PublicLoadBalancer, public_port
from cdk.log_groups import LogGroups
from cdk.metrics import Metrics
from cdk.network import Network
from cdk.registry import Registry
from cdk.scaling import Scaling
from cdk.secrets import Secrets
from cdk.security_groups import SecurityGroups
from cdk.settings import ModelSettings
from cdk.storage import Storage
from shared.actions import ModelProvider
from shared.aws_names import (
    CONTAINER_NAME,
    REAPER_FUNCTION,
    REST_FUNCTION,
    SOCKET_FUNCTIONS,
    browser_log_group,
    stack_name,
)


class WallCrawlerStack(aws_cdk.Stack):
    """One environment."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        settings = deployment.settings
        self._deployment = deployment
        self.environment_name = settings.environment
        super().__init__(
            scope,
            stack_name(settings.environment),
            description=f"WallCrawler, {settings.environment}: remote browsers",
            # The CLI checks the bootstrap version itself; the template needs no parameter for it.
            synthesizer=aws_cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
            tags={"application": "wallcrawler", "environment": settings.environment},
        )
        self.encryption = Encryption(self, "Encryption", settings=settings)
        self.encryption.let_alarms_publish()
        self.storage = Storage(self, "Storage", settings=settings, key=self.encryption.key)
        self.storage.let_balancers_log()
        self.network = Network(self, "Network", settings=settings, flow_logs=self.storage.logs)
        self.groups = SecurityGroups(
            self,
            "SecurityGroups",
            settings=settings,
            vpc=self.network.vpc,
            public_port=public_port(deployment),
        )
        self.secrets = Secrets(self, "Secrets", settings=settings)
        self.log_groups = LogGroups(self, "Logs", settings=settings)
        self.cache = Cache(
            self,
            "Cache",
            settings=settings,
            vpc=self.network.vpc,
            subnets=self.network.data_subnets,
            security_group=self.groups.redis,
            key=self.encryption.key,
            auth_token=self.secrets.redis_auth,
        )
        self.registry = Registry(self, "Registry", settings=settings)
        self.front = PublicLoadBalancer(
            self,
            "Front",
            deployment=deployment,
            place=Place(
                vpc=self.network.vpc,
                subnets=self.network.edge_subnets,
                security_group=self.groups.load_balancer,
                logs=self.storage.logs,
            ),
        )
        self.browsers = self._make_browsers()
        self.front.add_targets(self.browsers.service)
        self.inside = self._make_inside()
        self.roles = FunctionRoles(self, "Roles", settings=settings)
        self._grant_functions()
        self._grant_tasks(settings.model)
        self._watch()
        self._tell()
        acknowledge_findings(self)

    def _make_browsers(self) -> Browsers:
        return Browsers(
            self,
            "Browsers",
            deployment=self._deployment,
            vpc=self.network.vpc,
            subnets=self.network.compute_subnets,
            security_group=self.groups.tasks,
            repository=self.registry.repository,
            log_group=self.log_groups.browsers,
            surroundings=Surroundings(
                redis_endpoint=self.cache.endpoint,
                public_url=self.front.public_url,
                screenshots=self.storage.screenshots,
                key=self.encryption.key,
                secrets=self.secrets,
            ),
        )

    def _make_inside(self) -> InternalLoadBalancer | None:
        if self.groups.internal_load_balancer is None:
            return None
        inside = InternalLoadBalancer(
            self,
            "Inside",
            place=Place(
                vpc=self.network.vpc,
                subnets=self.network.compute_subnets,
                security_group=self.groups.internal_load_balancer,
                logs=self.storage.logs,
            ),
        )
        inside.add_targets(self.browsers.service)
        return inside

    def _grant_functions(self) -> None:
        """What each Lambda function calls, beyond what any in a VPC needs."""
        secrets, groups, browsers = self.secrets, self.log_groups.functions, self.browsers
        api, socket, reaper = self.roles.api, self.roles.socket, self.roles.reaper

        api.add_to_policy(statements.write_logs(groups[REST_FUNCTION]))
        api.add_to_policy(
            statements.read_secrets(secrets.tokens, secrets.api_keys, secrets.redis_auth)
        )

        socket.add_to_policy(statements.write_logs(*(groups[name] for name in SOCKET_FUNCTIONS)))
        socket.add_to_policy(statements.read_secrets(secrets.tokens, secrets.redis_auth))
        socket.add_to_policy(statements.answer_connections(self.environment_name))

        reaper.add_to_policy(statements.write_logs(groups[REAPER_FUNCTION]))
        reaper.add_to_policy(statements.read_secrets(secrets.redis_auth))
        reaper.add_to_policy(statements.handle_tasks(browsers.cluster, "ecs:DescribeTasks"))
        # It tells the clients of containers that have died.
        reaper.add_to_policy(statements.answer_connections(self.environment_name))

        if self._deployment.settings.traces:
            for role in (api, socket, reaper):
                role.add_to_policy(statements.write_traces())

        # Sessions for which there is no slot: the API starts a task, the reaper sees to it that
        # one comes.
        for statement in statements.run_tasks(
            browsers.cluster,
            browsers.family,
            [browsers.task.task_role, browsers.task.obtain_execution_role()],
        ):
            api.add_to_policy(statement)
            reaper.add_to_policy(statement)

    def _grant_tasks(self, model: ModelSettings | None) -> None:
        """What the program in the container calls; ECS' own rights are the execution role's."""
        task = self.browsers.task
        for statement in statements.keep_screenshots(self.storage.screenshots, self.encryption.key):
            task.add_to_task_role_policy(statement)
        task.add_to_task_role_policy(statements.answer_connections(self.environment_name))
        task.add_to_task_role_policy(
            statements.handle_tasks(
                self.browsers.cluster, "ecs:GetTaskProtection", "ecs:UpdateTaskProtection"
            )
        )
        if model is not None and model.provider is ModelProvider.BEDROCK:
            task.add_to_task_role_policy(statements.ask_bedrock(model))

    def _watch(self) -> None:
        metrics = Metrics(self.environment_name)
        Scaling(
            self,
            "Scaling",
            deployment=self._deployment,
            service=self.browsers.service,
            metrics=metrics,
        )
        target_groups = [self.front.targets]
        if self.inside is not None:
            target_groups.append(self.inside.targets)
        self.alarms = Alarms(
            self,
            "Alarms",
            deployment=self._deployment,
            metrics=metrics,
            key=self.encryption.key,
            target_groups=target_groups,
            redis_node_ids=self.cache.node_ids,
        )
        Dashboard(
            self,
            "Dashboard",
            settings=self._deployment.settings,
            metrics=metrics,
            alarms=self.alarms.all,
            service=self.browsers.service,
            balancer=self.front.balancer,
            redis_node_ids=self.cache.node_ids,
        )

    def _tell(self) -> None:
        """Outputs, from which Chalice's configuration is written; none is a secret."""
        browsers, secrets, settings = self.browsers, self.secrets, self._deployment.settings
        subnets = ",".join(self.network.vpc.select_subnets(subnet_group_name="compute").subnet_ids)
        outputs = {
            "ApiRoleArn": self.roles.api.role_arn,
            "SocketRoleArn": self.roles.socket.role_arn,
            "ReaperRoleArn": self.roles.reaper.role_arn,
            "LambdaSubnetIds": subnets,
            "LambdaSecurityGroupId": self.groups.functions.security_group_id,
            "RedisEndpoint": self.cache.endpoint,
            "RedisAuthSecretArn": secrets.redis_auth.secret_arn,
            "TokenSecretArn": secrets.tokens.secret_arn,
            "ApiKeysSecretArn": secrets.api_keys.secret_arn,
            "ModelKeysSecretArn": secrets.model_keys.secret_arn,
            "CdpPublicUrl": self.front.public_url,
            "LoadBalancerDnsName": self.front.balancer.load_balancer_dns_name,
            "ClusterArn": browsers.cluster.cluster_arn,
            "ServiceName": browsers.service.service_name,
            "TaskDefinitionArn": browsers.task.task_definition_arn,
            "ContainerName": CONTAINER_NAME,
            "SlotsPerTask": str(settings.max_sessions),
            "TasksMax": str(settings.tasks_max),
            "TaskSubnetIds": subnets,
            "TaskSecurityGroupId": self.groups.tasks.security_group_id,
            "RepositoryUri": self.registry.repository.repository_uri,
            "ScreenshotBucketName": self.storage.screenshots.bucket_name,
            "RecordingBucketName": self.storage.recordings.bucket_name,
            "LogBucketName": self.storage.logs.bucket_name,
            "LogGroupName": browser_log_group(self.environment_name),
            "AlarmTopicArn": self.alarms.topic.topic_arn,
        }
        if self.inside is not None:
            outputs["InternalUrl"] = self.inside.url
        for name, value in outputs.items():
            aws_cdk.CfnOutput(self, name, value=value)
