"""Options, environment and defaults of `up`."""

from __future__ import annotations

from pathlib import Path

import pytest

from standalone.config import REPOSITORY, StandaloneConfig, from_command_line
from standalone.errors import ExitCode, StartFailed


def test_everything_has_a_default_but_the_key() -> None:
    config = from_command_line([], {})

    assert (config.host, config.port, config.cdp_port) == ("127.0.0.1", 8080, 9223)
    assert (config.browser, config.max_sessions, config.warm) == ("headless-shell", 20, 2)
    assert config.state_dir == REPOSITORY / ".wallcrawler"
    assert config.api_key is None


def test_each_option_can_be_a_variable(tmp_path: Path) -> None:
    environ = {
        "WALLCRAWLER_HOST": "0.0.0.0",
        "WALLCRAWLER_PORT": "0",
        "WALLCRAWLER_CDP_PORT": "1",
        "WALLCRAWLER_BROWSER": "chromium",
        "WALLCRAWLER_MAX_SESSIONS": "3",
        "WALLCRAWLER_WARM": "0",
        "WALLCRAWLER_STATE_DIR": str(tmp_path),
        "WALLCRAWLER_API_KEY": "k" * 16,
        "WALLCRAWLER_PUBLIC_CDP_URL": "wss://browsers.example/",
    }

    config = from_command_line([], environ)

    assert (config.host, config.port, config.cdp_port) == ("0.0.0.0", 0, 1)
    assert (config.browser, config.max_sessions, config.warm) == ("chromium", 3, 0)
    assert (config.state_dir, config.api_key) == (tmp_path, "k" * 16)
    assert config.public_cdp_url == "wss://browsers.example"


def test_an_option_goes_before_its_variable() -> None:
    config = from_command_line(["--port", "1"], {"WALLCRAWLER_PORT": "2"})

    assert config.port == 1


def test_all_mistakes_are_named_at_once() -> None:
    arguments = ["--port", "70000", "--browser", "lynx", "--max-sessions", "0"]
    environ = {"WALLCRAWLER_API_KEY": "short", "WALLCRAWLER_WARM": "two"}

    with pytest.raises(StartFailed) as caught:
        from_command_line(arguments, environ)

    assert caught.value.exit_code == ExitCode.CONFIG
    for culprit in ("--port", "--browser", "--max-sessions", "_API_KEY", "WALLCRAWLER_WARM"):
        assert culprit in str(caught.value)
    assert "short" not in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [["--unknown"], ["--host", "a b"], ["--warm", "-1"], ["--port", "1_0"], ["--port", "٣"]],
)
def test_a_wrong_option_is_refused_in_one_line(arguments: list[str]) -> None:
    with pytest.raises(StartFailed) as caught:
        from_command_line(arguments, {})

    assert "\n" not in str(caught.value)


def test_no_more_browsers_are_kept_warm_than_sessions_may_be() -> None:
    assert from_command_line(["--max-sessions", "1"], {}).warm == 1

    with pytest.raises(StartFailed, match="--warm"):
        from_command_line(["--max-sessions", "1", "--warm", "2"], {})


def test_children_get_tuning_and_little_else_of_the_callers_environment() -> None:
    environ = {"PATH": "/bin", "HEARTBEAT_TTL_SECONDS": "3", "AWS_SECRET_ACCESS_KEY": "s"}

    config = from_command_line([], environ)

    assert config.tuning == {"HEARTBEAT_TTL_SECONDS": "3"}
    assert config.inherited == {"PATH": "/bin"}


def test_aws_settings_reach_the_container_that_has_a_use_for_them() -> None:
    aws = {"AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1"}

    without = from_command_line([], aws)
    config = from_command_line([], {**aws, "SCREENSHOT_BUCKET": "shots"})

    assert without.aws == {}
    assert config.aws == aws
    assert config.inherited == {}
    assert "AWS_SECRET" not in repr(config)


def test_the_key_is_not_in_the_representation() -> None:
    assert "secret" not in repr(StandaloneConfig(api_key="secret" * 4))
