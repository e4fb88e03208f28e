"""What one `./wallcrawler deploy` leaves behind: looked at with boto3, called, taken away."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from deployment.canary import Cluster
from deployment.endpoints import api_urls
from deployment.stage_config import ROLE_OF_FUNCTION
from shared.aws_names import CANARY_ORDER, FUNCTIONS, function_name
from shared.tokens import parse_token
from tests.fakes.api import FakeContainer
from tests.fakes.aws_server import AwsServer
from tests.fakes.lambda_runtime import LambdaRuntime, event_of
from tests.fakes.management_endpoint import management_endpoint
from tests.functional.deployment.conftest import (
    API_KEY,
    NEW,
    OLD,
    REDIS_PASSWORD,
    STAGE,
    Attempt,
    Deployed,
)


def created(lambdas: LambdaRuntime) -> dict[str, Any]:
    """`data` of a `POST /sessions`."""
    answer = lambdas.call("app.app", event_of("rest_create_session"))
    assert answer["statusCode"] == 201, answer
    return dict(json.loads(answer["body"])["data"])


def connect_status(lambdas: LambdaRuntime, token: str) -> int:
    event = {**event_of("websocket_connect"), "queryStringParameters": {"token": token}}
    return int(lambdas.call("app.ws_connect", event)["statusCode"])


class TestWhatIsThere:
    def test_a_deployment_that_failed_half_way_is_gone_on_with(
        self, failed_attempt: Attempt, deployed: Deployed
    ) -> None:
        assert failed_attempt.exit_code != 0
        assert len(failed_attempt.rest_apis) == 1
        assert [api["id"] for api in deployed.rest_apis()] == failed_attempt.rest_apis

    def test_each_function_runs_under_its_own_role_in_the_private_subnets(
        self, deployed: Deployed, outputs: dict[str, str]
    ) -> None:
        functions = deployed.functions()

        assert set(functions) == {function_name(STAGE, name) for name in FUNCTIONS}
        for name in FUNCTIONS:
            function = functions[function_name(STAGE, name)]
            network = function["VpcConfig"]
            assert function["Role"] == outputs[ROLE_OF_FUNCTION[name]]
            assert sorted(network["SubnetIds"]) == sorted(outputs["LambdaSubnetIds"].split(","))
            assert network["SecurityGroupIds"] == [outputs["LambdaSecurityGroupId"]]
            assert function["MemorySize"] == 1024

    def test_chalice_makes_no_role(self, deployed: Deployed) -> None:
        roles = deployed.aws.client("iam").list_roles()["Roles"]

        assert not [
            role for role in roles if role["RoleName"].startswith("wallcrawler-production-dev")
        ]
        assert not [role for role in roles if "api_handler" in role["RoleName"]]

    def test_secrets_are_named_and_not_told(
        self, deployed: Deployed, secret_arns: dict[str, str]
    ) -> None:
        config = (deployed.project / ".chalice" / "config.json").read_text()

        for function in deployed.functions().values():
            variables = function["Environment"]["Variables"]
            assert variables["TOKEN_SECRET_ARN"] == secret_arns["SecretsTokens"]
            for secret in (OLD, API_KEY, REDIS_PASSWORD):
                assert secret not in json.dumps(variables) + config

    def test_the_code_is_the_compiled_package(self, deployed: Deployed) -> None:
        digest = hashlib.sha256(deployed.package.read_bytes()).digest()

        assert {function["CodeSha256"] for function in deployed.functions().values()} == {
            base64.b64encode(digest).decode()
        }

    def test_every_rest_route_leads_to_the_api_function(self, deployed: Deployed) -> None:
        import app  # noqa: PLC0415 - Chalice's entry, which is not a package

        (api,) = deployed.rest_apis()
        client = deployed.aws.client("apigateway")
        resources = client.get_resources(restApiId=api["id"], embed=["methods"])["items"]
        routes = {
            (resource["path"], method): details["methodIntegration"]["uri"]
            for resource in resources
            for method, details in resource.get("resourceMethods", {}).items()
        }

        assert set(routes) == {
            (path, method) for path, methods in app.app.routes.items() for method in methods
        }
        assert all(
            f":function:{function_name(STAGE, 'api_handler')}/" in uri for uri in routes.values()
        )

    def test_each_websocket_route_leads_to_its_function(self, deployed: Deployed) -> None:
        (api,) = deployed.websocket_apis()
        client = deployed.aws.client("apigatewayv2")
        uris = {
            integration["IntegrationId"]: integration["IntegrationUri"]
            for integration in client.get_integrations(ApiId=api["ApiId"])["Items"]
        }
        routes = {
            route["RouteKey"]: uris[route["Target"].removeprefix("integrations/")]
            for route in client.get_routes(ApiId=api["ApiId"])["Items"]
        }

        assert {key: uri.split(":function:")[1].split("/")[0] for key, uri in routes.items()} == {
            "$connect": function_name(STAGE, "websocket_connect"),
            "$default": function_name(STAGE, "websocket_message"),
            "$disconnect": function_name(STAGE, "websocket_disconnect"),
        }
        assert [stage["StageName"] for stage in client.get_stages(ApiId=api["ApiId"])["Items"]] == [
            STAGE
        ]

    def test_the_reaper_is_called_every_minute(self, deployed: Deployed) -> None:
        (rule,) = deployed.rules()
        targets = deployed.aws.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]

        assert rule["ScheduleExpression"] == "rate(1 minute)"
        assert [target["Arn"] for target in targets] == [
            deployed.functions()[function_name(STAGE, "reap")]["FunctionArn"]
        ]

    def test_chalice_remembers_the_endpoints(self, deployed: Deployed) -> None:
        rest, websocket = api_urls(STAGE, deployed.project / ".chalice")

        domain = "execute-api.eu-central-1.amazonaws.com"
        assert rest == f"https://{deployed.rest_apis()[0]['id']}.{domain}/{STAGE}"
        assert websocket == f"wss://{deployed.websocket_apis()[0]['ApiId']}.{domain}/{STAGE}"


class TestWhatItDoes:
    def test_every_handler_can_be_imported(
        self, deployed: Deployed, lambdas: LambdaRuntime
    ) -> None:
        handlers = {function["Handler"] for function in deployed.functions().values()}

        assert len(handlers) == len(FUNCTIONS)
        for handler in handlers:
            lambdas.call(handler)

    def test_a_session_is_created_and_opened_by_its_token(
        self, deployed: Deployed, lambdas: LambdaRuntime, container: FakeContainer
    ) -> None:
        _, websocket = api_urls(STAGE, deployed.project / ".chalice")

        session = created(lambdas)

        assert session["status"] == "active"
        assert session["connectUrl"].startswith("wss://browsers.example.com/cdp?token=")
        assert parse_token(session["token"], OLD).session_id == session["sessionId"]
        assert session["webSocketUrl"] == f"{websocket}?token={session['token']}"
        assert connect_status(lambdas, session["token"]) == 200

    def test_a_stranger_is_refused(self, lambdas: LambdaRuntime) -> None:
        event = event_of("rest_list_sessions")
        event["headers"]["X-API-Key"] = "somebody else's key"

        assert lambdas.call("app.app", event)["statusCode"] == 401
        assert connect_status(lambdas, "no.token.atall") == 401

    def test_a_message_is_answered_over_the_connection(self, lambdas: LambdaRuntime) -> None:
        with management_endpoint() as gateway:
            lambdas.call(
                "app.ws_message",
                event_of("websocket_message"),
                {"WS_MANAGEMENT_ENDPOINT": gateway.url},
            )

        ((path, body),) = gateway.posted
        assert path.endswith("/@connections/6RokuRIAThqYLKA%3D")
        assert json.loads(body) == {"type": "PONG", "id": 7}

    def test_a_disconnect_is_noted(self, lambdas: LambdaRuntime) -> None:
        answer = lambdas.call("app.ws_disconnect", event_of("websocket_disconnect"))

        assert answer == {"statusCode": 200}

    def test_the_reaper_runs(self, lambdas: LambdaRuntime) -> None:
        assert lambdas.call("app.reap", event_of("scheduled")) is None

    def test_an_operator_sets_the_canarys_share_by_calling_the_reaper(
        self, lambdas: LambdaRuntime
    ) -> None:
        order = {"version": "v2", "percent": 10}
        event = {**event_of("scheduled"), "detail-type": CANARY_ORDER, "detail": order}

        assert lambdas.call("app.reap", event) == {**order, "tasks": 0, "sessions": 0}

    def test_a_canarys_tasks_are_the_services_but_for_their_image(
        self, aws: AwsServer, outputs: dict[str, str]
    ) -> None:
        ecs = aws.client("ecs")
        cluster = Cluster(ecs, outputs)

        arn = cluster.register("v2")
        started = cluster.start(arn, cluster.tasks_for(10))

        tried, served = (
            ecs.describe_task_definition(taskDefinition=each)["taskDefinition"]
            for each in (arn, outputs["TaskDefinitionArn"])
        )
        (container,) = tried["containerDefinitions"]
        assert container["image"] == f"{outputs['RepositoryUri']}:v2"
        assert {"name": "WALLCRAWLER_CANARY", "value": "v2"} in container["environment"]
        assert container["secrets"] == served["containerDefinitions"][0]["secrets"]
        for name in ("taskRoleArn", "executionRoleArn", "cpu", "memory", "volumes", "networkMode"):
            assert tried.get(name) == served.get(name)
        assert len(started) == 1
        assert cluster.stop() == 1

    def test_tokens_outlive_the_rotation_of_their_secret_for_as_long_as_it_is_listed(
        self,
        lambdas: LambdaRuntime,
        container: FakeContainer,
        aws: AwsServer,
        secret_arns: dict[str, str],
    ) -> None:
        client, arn = aws.client("secretsmanager"), secret_arns["SecretsTokens"]
        before = created(lambdas)["token"]

        client.put_secret_value(SecretId=arn, SecretString=f"{NEW},{OLD}")
        after = created(lambdas)["token"]
        while_both = [connect_status(lambdas, token) for token in (before, after)]
        client.put_secret_value(SecretId=arn, SecretString=NEW)
        at_last = [connect_status(lambdas, token) for token in (before, after)]
        client.put_secret_value(SecretId=arn, SecretString=OLD)

        assert parse_token(after, NEW)
        assert while_both == [200, 200]
        assert at_last == [401, 200]


class TestAgain:
    """Last, for it takes away what the others look at."""

    def test_a_second_deployment_changes_what_is_there(self, deployed: Deployed) -> None:
        before = deployed.rest_apis(), deployed.websocket_apis(), set(deployed.functions())

        said = deployed.deploy()

        assert "Reusing existing deployment package" in said
        after = deployed.rest_apis(), deployed.websocket_apis(), set(deployed.functions())
        assert [api["id"] for api in after[0]] == [api["id"] for api in before[0]]
        assert [api["ApiId"] for api in after[1]] == [api["ApiId"] for api in before[1]]
        assert after[2] == before[2]

    def test_deleting_leaves_nothing_also_when_it_was_begun_before(
        self, deployed: Deployed
    ) -> None:
        deployed.aws.client("lambda").delete_function(FunctionName=function_name(STAGE, "reap"))

        deployed.delete()

        assert deployed.functions() == {}
        assert deployed.rest_apis() == deployed.websocket_apis() == deployed.rules() == []
