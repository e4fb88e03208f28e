from __future__ import annotations

from pathlib import Path

import pytest

from cdp_proxy.config import ConfigError, ProxyConfig, own_address
from shared.actions import ModelProvider, ModelUse

SECRET = "s" * 32
NEEDED = {"REDIS_ENDPOINT": "redis:6379", "JWE_SECRET": SECRET}


def complaint(**env: str) -> str:
    with pytest.raises(ConfigError) as error:
        ProxyConfig.from_env({**NEEDED, **env})
    return str(error.value)


def test_two_variables_are_enough() -> None:
    config = ProxyConfig.from_env(NEEDED)

    assert config.redis_endpoint == "redis:6379"
    assert (config.host, config.port) == ("127.0.0.1", 9223)
    assert config.public_url is None
    assert (config.max_sessions, config.warm_browsers) == (20, 2)
    assert (config.browser, config.browser_path) == ("headless-shell", None)
    assert config.browser_sandbox is None
    assert config.ready_fd is None
    assert (config.model_provider, config.model_use) == (None, ModelUse.AUTO)


def test_every_variable_is_read() -> None:
    config = ProxyConfig.from_env(
        {
            **NEEDED,
            "CDP_HOST": "0.0.0.0",
            "CDP_PORT": "0",
            "CDP_PUBLIC_URL": "wss://cdp.example.com",
            "MAX_SESSIONS": "5",
            "WARM_BROWSERS": "0",
            "BROWSER": "chromium",
            "BROWSER_PATH": "/opt/chromium",
            "BROWSER_SANDBOX": "off",
            "SCRATCH_DIR": "/scratch",
            "HEARTBEAT_TTL_SECONDS": "3",
            "NEVER_CONNECTED_TIMEOUT_SECONDS": "10.5",
            "LAST_CLIENT_GRACE_SECONDS": "0",
            "PING_INTERVAL_SECONDS": "1.5",
            "PONG_TIMEOUT_SECONDS": "2",
            "SCREENSHOT_BUCKET": "my-screenshots",
            "SCREENSHOT_KMS_KEY": "alias/screenshots",
            "MODEL_PROVIDER": "openai",
            "MODEL_NAME": "gpt-4.1",
            "MODEL_BASE_URL": "http://llm.internal:4000/v1",
            "MODEL_REGION": "eu-central-1",
            "MODEL_API_KEY": "sk-secret",
            "MODEL_USE": "always",
            "MODEL_TIMEOUT_SECONDS": "30",
            "DRAIN_SECONDS": "60",
            "READY_FD": "7",
        }
    )

    assert (config.host, config.port) == ("0.0.0.0", 0)
    assert config.public_url == "wss://cdp.example.com"
    assert (config.max_sessions, config.warm_browsers) == (5, 0)
    assert (config.browser, config.browser_path) == ("chromium", "/opt/chromium")
    assert config.browser_sandbox is False
    assert config.scratch_dir == Path("/scratch")
    assert config.heartbeat_ttl_seconds == 3
    assert config.never_connected_timeout_seconds == 10.5
    assert config.last_client_grace_seconds == 0
    assert (config.ping_interval_seconds, config.pong_timeout_seconds) == (1.5, 2)
    assert config.screenshot_bucket == "my-screenshots"
    assert config.screenshot_kms_key == "alias/screenshots"
    assert (config.model_provider, config.model_name) == (ModelProvider.OPENAI, "gpt-4.1")
    assert config.model_base_url == "http://llm.internal:4000/v1"
    assert config.model_region == "eu-central-1"
    assert config.model_api_key == "sk-secret"
    assert (config.model_use, config.model_timeout_seconds) == (ModelUse.ALWAYS, 30)
    assert config.drain_seconds == 60
    assert config.ready_fd == 7


@pytest.mark.parametrize("name", ["My_Bucket", "s3://bucket", "a", "arn:aws:s3:::bucket"])
def test_a_bucket_is_named_as_s3_names_them(name: str) -> None:
    assert "SCREENSHOT_BUCKET must be" in complaint(SCREENSHOT_BUCKET=name)


@pytest.mark.parametrize(("word", "value"), [("auto", None), ("on", True), ("off", False)])
def test_the_sandbox_is_on_off_or_found_out(word: str, value: bool | None) -> None:
    config = ProxyConfig.from_env({**NEEDED, "BROWSER_SANDBOX": word})

    assert config.browser_sandbox is value


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("REDIS_ENDPOINT", "", "REDIS_ENDPOINT is not set"),
        ("JWE_SECRET", "", "JWE_SECRET is not set"),
        ("JWE_SECRET", "s" * 31, "JWE_SECRET cannot be used: a JWT secret needs at least 32"),
        ("JWE_SECRET", f"{'s' * 32},short", "JWE_SECRET cannot be used"),
        ("REDIS_AUTH_TOKEN", "a\nb", "REDIS_AUTH_TOKEN has characters"),
        ("WALLCRAWLER_VERSION", "a b", "WALLCRAWLER_VERSION must be the tag of an image"),
        ("WALLCRAWLER_CANARY", "a b", "WALLCRAWLER_CANARY must be the tag of an image"),
        ("CDP_PORT", "65536", "CDP_PORT must be a whole number from 0 to 65535, not '65536'"),
        ("CDP_PORT", "-1", "CDP_PORT must be"),
        ("CDP_PORT", "http", "CDP_PORT must be"),
        ("CDP_PUBLIC_URL", "http://x", "CDP_PUBLIC_URL must start with ws:// or wss://"),
        ("MAX_SESSIONS", "0", "MAX_SESSIONS must be"),
        ("WARM_BROWSERS", "1.5", "WARM_BROWSERS must be"),
        ("BROWSER", "firefox", "BROWSER must be one of headless-shell, chromium, not 'firefox'"),
        ("BROWSER_SANDBOX", "yes", "BROWSER_SANDBOX must be one of auto, on, off"),
        ("HEARTBEAT_TTL_SECONDS", "0.1", "HEARTBEAT_TTL_SECONDS must be seconds, at least 0.5"),
        ("HEARTBEAT_TTL_SECONDS", "nan", "HEARTBEAT_TTL_SECONDS must be"),
        ("DRAIN_SECONDS", "inf", "DRAIN_SECONDS must be"),
        ("DRAIN_SECONDS", "-1", "DRAIN_SECONDS must be"),
        ("LAST_CLIENT_GRACE_SECONDS", "soon", "LAST_CLIENT_GRACE_SECONDS must be"),
        ("PING_INTERVAL_SECONDS", "0", "PING_INTERVAL_SECONDS must be seconds, at least 1"),
        ("PONG_TIMEOUT_SECONDS", "0", "PONG_TIMEOUT_SECONDS must be seconds, at least 2"),
        ("READY_FD", "stdout", "READY_FD must be the number of a file descriptor"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, text: str) -> None:
    assert text in complaint(**{name: value})


def test_all_complaints_come_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        ProxyConfig.from_env({"CDP_PORT": "x", "BROWSER": "y", "READY_FD": "z"})

    for name in ("REDIS_ENDPOINT", "JWE_SECRET", "CDP_PORT", "BROWSER", "READY_FD"):
        assert name in str(error.value)


def test_the_secret_is_neither_shown_nor_complained_about_aloud() -> None:
    assert SECRET not in repr(ProxyConfig.from_env(NEEDED))
    assert "too-short" not in complaint(JWE_SECRET="too-short")


def test_redis_password_is_in_no_representation() -> None:
    config = ProxyConfig.from_env(
        {**NEEDED, "REDIS_ENDPOINT": "rediss://:hush@r:1", "REDIS_AUTH_TOKEN": "hush-too"}
    )

    assert config.redis_auth_token == "hush-too"
    assert "hush" not in repr(config)


@pytest.mark.parametrize(
    "endpoint",
    [
        "redis",
        "redis:6379",
        "[::1]:6379",
        "rediss://:p@cache.example:6380/0",
        "unix:///run/redis.sock",
        "unix://:p@/run/redis.sock",
    ],
)
def test_redis_is_where_it_may_be(endpoint: str) -> None:
    assert ProxyConfig.from_env({**NEEDED, "REDIS_ENDPOINT": endpoint}).redis_endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "redis://:hunter2/more@cache.example:6380",
        "redis://:hunter2@cache.example:many",
        "redis://:hunter2@[::1",
        "redis://:hunter2@",
        "http://:hunter2@cache.example",
        "unix://hunter2",
    ],
)
def test_a_wrong_endpoint_is_complained_about_without_its_password(endpoint: str) -> None:
    said = complaint(REDIS_ENDPOINT=endpoint)

    assert said.startswith("REDIS_ENDPOINT must be host:port or a redis://")
    assert "hunter2" not in said


def test_a_container_is_in_service_unless_it_is_said_to_be_on_trial() -> None:
    assert ProxyConfig.from_env(NEEDED).canary == ""
    assert ProxyConfig.from_env({**NEEDED, "WALLCRAWLER_CANARY": "v2"}).canary == "v2"


def test_a_container_may_know_its_version() -> None:
    assert ProxyConfig.from_env(NEEDED).version == ""
    assert ProxyConfig.from_env({**NEEDED, "WALLCRAWLER_VERSION": "v2"}).version == "v2"


def test_two_token_secrets_may_be_valid_at_once() -> None:
    both = f"{'n' * 32},{'o' * 32}"

    assert ProxyConfig.from_env({**NEEDED, "JWE_SECRET": both}).jwt_secret == both


def test_a_model_key_is_in_no_representation() -> None:
    config = ProxyConfig.from_env(
        {**NEEDED, "MODEL_PROVIDER": "openai", "MODEL_NAME": "m", "MODEL_API_KEY": "sk-secret"}
    )

    assert "sk-secret" not in repr(config)


def test_bedrock_needs_no_key_and_is_where_the_container_is() -> None:
    config = ProxyConfig.from_env(
        {**NEEDED, "MODEL_PROVIDER": "bedrock", "MODEL_NAME": "m", "AWS_REGION": "eu-west-1"}
    )

    assert (config.model_provider, config.model_region) == (ModelProvider.BEDROCK, "eu-west-1")


def test_a_server_of_ones_own_needs_no_key() -> None:
    url = "http://ollama:11434/v1"
    env = {"MODEL_PROVIDER": "openai", "MODEL_NAME": "qwen3", "MODEL_BASE_URL": url}

    assert ProxyConfig.from_env({**NEEDED, **env}).model_api_key is None


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({"MODEL_PROVIDER": "google"}, "MODEL_PROVIDER must be one of bedrock, openai, anthropic"),
        ({"MODEL_PROVIDER": "bedrock"}, "MODEL_NAME is not set, but MODEL_PROVIDER is"),
        ({"MODEL_NAME": "m", "MODEL_API_KEY": "sk-secret"}, "MODEL_NAME needs MODEL_PROVIDER"),
        (
            {"MODEL_PROVIDER": "anthropic", "MODEL_NAME": "m"},
            "MODEL_API_KEY is not set, but anthropic wants one",
        ),
        ({"MODEL_BASE_URL": "llm.internal"}, "MODEL_BASE_URL must start with http:// or https://"),
        ({"MODEL_BASE_URL": "http://[::1"}, "MODEL_BASE_URL is not a URL"),
        ({"MODEL_BASE_URL": "http://a:b@llm.internal"}, "no credentials in it"),
        ({"MODEL_API_KEY": "sk-secret\r\nX: y"}, "MODEL_API_KEY has characters that no key has"),
        ({"MODEL_USE": "sometimes"}, "MODEL_USE must be one of auto, always, never"),
        ({"MODEL_TIMEOUT_SECONDS": "0"}, "MODEL_TIMEOUT_SECONDS must be seconds, at least 1"),
    ],
)
def test_what_is_wrong_about_a_model_is_said(env: dict[str, str], text: str) -> None:
    said = complaint(**env)

    assert text in said
    assert "sk-secret" not in said


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, ("127.0.0.1", 9223)),
        ({"CDP_HOST": "0.0.0.0", "CDP_PORT": "8000"}, ("127.0.0.1", 8000)),
        ({"CDP_HOST": "::"}, ("::1", 9223)),
        ({"CDP_HOST": "10.0.0.7", "CDP_PORT": ""}, ("10.0.0.7", 9223)),
    ],
)
def test_the_health_check_knows_where_the_container_is(
    variables: dict[str, str], address: tuple[str, int]
) -> None:
    assert own_address(variables) == address
