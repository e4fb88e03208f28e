from __future__ import annotations

import pytest

from chalice_app.config import ApiConfig, AwsIdentity, ConfigError, process_environment
from shared.limits import LAMBDA_RESULT_BYTES_MAX

GOOD = {"REDIS_ENDPOINT": "redis.example:6379", "JWE_SECRET": "s" * 32}
DIGEST = "0f" * 32
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:wallcrawler/"


def test_redis_and_a_secret_are_enough() -> None:
    config = ApiConfig.from_env(GOOD)

    assert config == ApiConfig(redis_endpoint="redis.example:6379", token_secret="s" * 32)


def test_only_in_lambda_are_answers_bounded() -> None:
    in_lambda = ApiConfig.from_env({**GOOD, "AWS_LAMBDA_FUNCTION_NAME": "wallcrawler"})

    assert in_lambda.answer_bytes_max == LAMBDA_RESULT_BYTES_MAX
    assert ApiConfig.from_env(GOOD).answer_bytes_max is None


def test_everything_that_can_be_set_is_read() -> None:
    config = ApiConfig.from_env(
        {
            **GOOD,
            "API_KEY_HASHES": f" {DIGEST.upper()}, {'ab' * 32},",
            "CDP_PUBLIC_URL": "wss://cdp.example/",
            "WS_PUBLIC_URL": "wss://abc.execute-api.eu-central-1.amazonaws.com/production/",
            "AWS_REGION": "eu-central-1",
            "WS_MANAGEMENT_ENDPOINT": "http://127.0.0.1:8080/ws",
            "REDIS_AUTH_SECRET_ARN": ARN + "redis",
            "API_KEYS_SECRET_ARN": ARN + "keys",
        }
    )

    assert config.api_key_hashes == {DIGEST, "ab" * 32}
    assert config.cdp_public_url == "wss://cdp.example"
    assert config.ws_public_url == "wss://abc.execute-api.eu-central-1.amazonaws.com/production"
    assert config.aws_region == "eu-central-1"
    assert config.ws_management_endpoint == "http://127.0.0.1:8080/ws"
    assert config.redis_auth_secret_arn == ARN + "redis"
    assert config.api_keys_secret_arn == ARN + "keys"


def test_the_token_secret_may_be_known_by_its_arn_alone() -> None:
    config = ApiConfig.from_env({"REDIS_ENDPOINT": "r:1", "TOKEN_SECRET_ARN": ARN + "token"})

    assert config == ApiConfig(redis_endpoint="r:1", token_secret_arn=ARN + "token")


def test_two_token_secrets_may_be_valid_at_once() -> None:
    both = f"{'n' * 32},{'o' * 32}"

    assert ApiConfig.from_env({**GOOD, "JWE_SECRET": both}).token_secret == both


def test_a_token_secret_is_given_one_way_only() -> None:
    with pytest.raises(ConfigError, match="exclude one another"):
        ApiConfig.from_env({**GOOD, "TOKEN_SECRET_ARN": ARN + "token"})


@pytest.mark.parametrize(
    "endpoint",
    ["localhost:6379", "redis://a:1/0", "rediss://:token@a.example:6379", "unix:///run/redis.sock"],
)
def test_redis_is_named_by_address_or_url(endpoint: str) -> None:
    config = ApiConfig.from_env({**GOOD, "REDIS_ENDPOINT": endpoint})

    assert config.redis_endpoint == endpoint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_ENDPOINT", ""),
        ("REDIS_ENDPOINT", "localhost"),
        ("REDIS_ENDPOINT", "http://a:6379"),
        ("JWE_SECRET", ""),
        ("JWE_SECRET:", "s" * 31),
        ("JWE_SECRET:", f"{'s' * 32},{'t' * 31}"),
        ("API_KEYS_SECRET_ARN", "arn:aws:s3:::bucket"),
        ("REDIS_AUTH_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"),
        ("API_KEY_HASHES", "secret-key"),
        ("API_KEY_HASHES", DIGEST[:-1]),
        ("CDP_PUBLIC_URL", "https://cdp.example"),
        ("WS_PUBLIC_URL", "https://abc.example"),
        ("CDP_PUBLIC_URL", "wss://:9223"),
        ("CDP_PUBLIC_URL", "wss://[::1"),
        ("CDP_PUBLIC_URL", "wss://cdp.example:https"),
        ("REDIS_ENDPOINT", "redis://[::1"),
        ("CDP_PUBLIC_URL", "wss://cdp.example/?a=b"),
        ("WS_MANAGEMENT_ENDPOINT", "ws://127.0.0.1"),
    ],
)
def test_a_wrong_value_is_named_but_not_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as raised:
        ApiConfig.from_env({**GOOD, name.rstrip(":"): value})

    assert [problem.split()[0] for problem in raised.value.problems] == [name]
    assert not value or value not in str(raised.value)


def test_a_name_is_no_arn() -> None:
    with pytest.raises(ConfigError, match=r"^TOKEN_SECRET_ARN must be the ARN of a secret"):
        ApiConfig.from_env({"REDIS_ENDPOINT": "r:1", "TOKEN_SECRET_ARN": "wallcrawler/token"})


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        ApiConfig.from_env({"API_KEY_HASHES": "x"})

    assert str(raised.value) == (
        "REDIS_ENDPOINT is required;"
        " API_KEY_HASHES must be comma-separated SHA-256 digests of 64 hex digits each;"
        " JWE_SECRET or TOKEN_SECRET_ARN is required"
    )


def test_secrets_are_not_part_of_the_representation() -> None:
    config = ApiConfig.from_env({**GOOD, "REDIS_ENDPOINT": "redis://:hush@a:1"})

    assert "hush" not in repr(config)
    assert "s" * 32 not in repr(config)


IDENTITY = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush-key"}


def test_lambdas_identity_is_read_from_its_environment() -> None:
    identity = AwsIdentity.from_env({**IDENTITY, "AWS_SESSION_TOKEN": "hush-token"})

    assert identity == AwsIdentity(
        access_key_id="AKIA", secret_access_key="hush-key", session_token="hush-token"
    )
    assert "hush" not in repr(identity)


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1/"},
        {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1"},
    ],
)
def test_aws_may_be_elsewhere(variables: dict[str, str]) -> None:
    identity = AwsIdentity.from_env({**IDENTITY, **variables})

    assert identity.endpoint_url == "http://127.0.0.1:1"


def test_without_credentials_there_is_no_identity() -> None:
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID is required; AWS_SECRET"):
        AwsIdentity.from_env({})


def test_the_process_environment_is_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWE_SECRET", "from outside")

    assert process_environment()["JWE_SECRET"] == "from outside"
