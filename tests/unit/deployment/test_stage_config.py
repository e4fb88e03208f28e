from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from chalice.config import Config

from cdk.settings import PRODUCTION
from chalice_app.config import ApiConfig
from deployment.outputs import OutputsMissing
from deployment.stage_config import (
    CONFIG,
    OUTPUT_OF_VARIABLE,
    main,
    stage_of,
    write_stage,
)
from tests.fakes.stack_outputs import make_outputs


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(CONFIG.read_text())
    return path


def stage_in(config: Path, name: str = "production") -> dict[str, Any]:
    return dict(json.loads(config.read_text())["stages"][name])


def test_functions_run_in_the_vpc_under_roles_of_their_own() -> None:
    stage = stage_of(PRODUCTION, make_outputs())

    assert stage["subnet_ids"] == ["subnet-1", "subnet-2"]
    assert stage["security_group_ids"] == ["sg-0a1b2c"]
    assert stage["manage_iam_role"] is False
    roles = {name: its["iam_role_arn"] for name, its in stage["lambda_functions"].items()}
    assert roles == {
        "api_handler": "arn:aws:iam::123456789012:role/api",
        "websocket_connect": "arn:aws:iam::123456789012:role/socket",
        "websocket_message": "arn:aws:iam::123456789012:role/socket",
        "websocket_disconnect": "arn:aws:iam::123456789012:role/socket",
        "reap": "arn:aws:iam::123456789012:role/reaper",
    }


def test_the_variables_make_a_configuration_of_the_program() -> None:
    variables = stage_of(PRODUCTION, make_outputs())["environment_variables"]

    config = ApiConfig.from_env(variables)

    assert config.redis_endpoint == "rediss://master.cache.example:6379"
    assert config.cdp_public_url == "wss://browsers.example"
    assert all([config.token_secret_arn, config.api_keys_secret_arn, config.redis_auth_secret_arn])


def test_tasks_are_started_from_the_newest_revision() -> None:
    variables = stage_of(PRODUCTION, make_outputs())["environment_variables"]

    config = ApiConfig.from_env(variables)

    assert variables["ECS_TASK_DEFINITION_ARN"] == "browsers"
    assert config.capacity is not None
    assert config.capacity.slots_per_task == PRODUCTION.max_sessions
    assert config.capacity.tasks_max == PRODUCTION.tasks_max


@pytest.mark.parametrize("traces", [True, False])
def test_traces_are_for_the_settings_to_switch(traces: bool) -> None:
    settings = dataclasses.replace(PRODUCTION, traces=traces)

    stage = stage_of(settings, make_outputs())

    read = Config("production", config_from_disk={"stages": {"production": stage}})
    assert read.xray_enabled is traces


def test_no_variable_is_a_secret_itself() -> None:
    assert not {"JWE_SECRET", "API_KEY_HASHES", "REDIS_AUTH_TOKEN"} & set(OUTPUT_OF_VARIABLE)


def test_what_is_set_by_hand_and_other_stages_stay(config: Path) -> None:
    document = json.loads(config.read_text())
    document["stages"]["production"].update(
        lambda_memory_size=2048,
        environment_variables={"MINE": "1", "CDP_PUBLIC_URL": "wss://old"},
        lambda_functions={"reap": {"lambda_timeout": 60}},
    )
    config.write_text(json.dumps(document))

    assert write_stage(config, "production", make_outputs())

    stage = stage_in(config)
    assert stage["lambda_memory_size"] == 2048
    assert stage["environment_variables"]["MINE"] == "1"
    assert stage["environment_variables"]["CDP_PUBLIC_URL"] == "wss://browsers.example"
    assert stage["lambda_functions"]["reap"]["lambda_timeout"] == 60
    assert stage_in(config, "development") == document["stages"]["development"]


def test_writing_the_same_again_changes_nothing(config: Path) -> None:
    write_stage(config, "production", make_outputs())
    once = config.read_bytes()

    assert not write_stage(config, "production", make_outputs())
    assert config.read_bytes() == once


def test_what_the_stack_does_not_tell_is_named_and_nothing_written(config: Path) -> None:
    before = config.read_bytes()

    with pytest.raises(OutputsMissing, match=r"no output ApiRoleArn, RedisEndpoint$"):
        write_stage(config, "production", make_outputs(ApiRoleArn="", RedisEndpoint=""))
    assert config.read_bytes() == before


class TestCommand:
    @pytest.fixture
    def outputs(self, tmp_path: Path) -> Path:
        path = tmp_path / "outputs.json"
        path.write_text(json.dumps({"wallcrawler-production": make_outputs()}))
        return path

    def test_a_file_of_outputs_is_written_into_the_stage(
        self, config: Path, outputs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = main(["production", "--outputs", str(outputs), "--config", str(config)])

        assert code == 0
        assert stage_in(config)["environment_variables"]["REDIS_ENDPOINT"].startswith("rediss://")
        assert "is written" in capsys.readouterr().err

    def test_what_is_missing_is_said(
        self, config: Path, outputs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = main(["development", "--outputs", str(outputs), "--config", str(config)])

        assert code == 1
        assert "no outputs of the stack wallcrawler-development" in capsys.readouterr().err


def test_the_websocket_apis_url_is_told_once_chalice_has_made_it(config: Path) -> None:
    write_stage(config, "production", make_outputs())
    assert "WS_PUBLIC_URL" not in stage_in(config)["environment_variables"]
    deployed = config.parent / "deployed"
    deployed.mkdir()
    resources = [
        {"name": "rest_api", "rest_api_url": "https://a.example/production/"},
        {"name": "websocket_api", "websocket_api_url": "wss://b.example/production/"},
    ]
    (deployed / "production.json").write_text(json.dumps({"resources": resources}))

    assert write_stage(config, "production", make_outputs())

    variables = stage_in(config)["environment_variables"]
    assert ApiConfig.from_env(variables).ws_public_url == "wss://b.example/production"
