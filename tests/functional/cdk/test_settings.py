from __future__ import annotations

import dataclasses

import pytest

from cdk.settings import DEVELOPMENT, ENVIRONMENTS, PRODUCTION, ModelSettings
from shared.actions import ModelProvider
from shared.limits import SESSION_TIMEOUT_SECONDS_MAX


def test_there_are_two_environments_by_their_names() -> None:
    assert dict(ENVIRONMENTS) == {"development": DEVELOPMENT, "production": PRODUCTION}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"memory_mib": 2_048, "cpu_units": 4_096}, "no such cpu_units and memory_mib"),
        ({"cpu_units": 1_000}, "no such cpu_units and memory_mib"),
        ({"storage_gib": 20}, "no such storage_gib"),
        ({"max_sessions": 0}, "max_sessions must be 1 or more"),
        ({"warm_browsers": 21}, "warm_browsers must not be above max_sessions"),
        ({"tasks_min": 0}, "tasks_min must be 1 to tasks_max"),
        ({"tasks_min": 3, "tasks_max": 2}, "tasks_min must be 1 to tasks_max"),
        ({"nat_gateways": 0}, "at least one NAT gateway"),
        ({"redis_nodes": 0}, "redis_nodes must be 1 or more"),
        ({"page_ports": (80,)}, "page_ports must have 443 among them"),
        ({"log_days": 15}, "CloudWatch Logs keeps logs for 1, 3, 7, 14,"),
    ],
)
def test_what_aws_would_refuse_is_refused_at_once(
    change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        dataclasses.replace(PRODUCTION, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("provider", [ModelProvider.OPENAI, ModelProvider.ANTHROPIC])
def test_a_model_whose_containers_would_not_start_is_refused(provider: ModelProvider) -> None:
    with pytest.raises(ValueError, match=f"^{provider} wants a key"):
        ModelSettings(provider=provider, name="m", has_key=False)


def test_all_complaints_come_together() -> None:
    with pytest.raises(ValueError, match=r"^production: .*storage_gib; .*tasks_min"):
        dataclasses.replace(PRODUCTION, storage_gib=1, tasks_min=0)


def test_production_serves_nothing_in_plain_and_keeps_its_data() -> None:
    assert not PRODUCTION.plain_cdp
    assert PRODUCTION.keep_data


def test_screenshots_are_kept_for_longer_than_any_session_lives() -> None:
    for settings in ENVIRONMENTS.values():
        assert settings.screenshot_days * 86_400 > SESSION_TIMEOUT_SECONDS_MAX
