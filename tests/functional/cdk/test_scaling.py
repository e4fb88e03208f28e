from __future__ import annotations

import pytest

from cdk.settings import DEVELOPMENT, PRODUCTION, Settings
from tests.fakes.template import Properties, Template

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


def policy(template: Template, part: str) -> Properties:
    (found,) = [each for name, each in template.of_type(POLICY).items() if part in name]
    return found


def trigger(template: Template, part: str) -> Properties:
    """The alarm that sets a policy off."""
    (found,) = [
        each for name, each in template.of_type("AWS::CloudWatch::Alarm").items() if part in name
    ]
    return found


@pytest.mark.parametrize("settings", [DEVELOPMENT, PRODUCTION])
def test_the_number_of_tasks_has_bounds(settings: Settings, request: pytest.FixtureRequest) -> None:
    target = request.getfixturevalue(settings.environment).only(TARGET)

    assert (target["MinCapacity"], target["MaxCapacity"]) == (
        settings.tasks_min,
        settings.tasks_max,
    )


@pytest.mark.parametrize("part", ["FewSlotsFree", "MostSlotsFree"])
def test_free_slots_lead(production: Template, part: str) -> None:
    alarm = trigger(production, part)

    assert (alarm["Namespace"], alarm["MetricName"]) == ("WallCrawler", "FreeSlots")
    assert alarm["Dimensions"] == [{"Name": "Environment", "Value": "production"}]
    assert (alarm["Statistic"], alarm["Period"]) == ("Average", 60)


def test_few_free_slots_add_tasks_at_once_and_the_more_the_fewer(production: Template) -> None:
    alarm = trigger(production, "FewSlotsFree")
    steps = policy(production, "FewSlotsFree")["StepScalingPolicyConfiguration"]

    assert alarm["ComparisonOperator"] == "LessThanOrEqualToThreshold"
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (5, 1)
    assert [step["ScalingAdjustment"] for step in steps["StepAdjustments"]] == [20, 50]
    assert steps["MinAdjustmentMagnitude"] == 1


def test_most_slots_must_have_been_free_for_ten_minutes_before_a_task_goes(
    production: Template,
) -> None:
    alarm = trigger(production, "MostSlotsFree")
    steps = policy(production, "MostSlotsFree")["StepScalingPolicyConfiguration"]

    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (14, 10)
    assert [step["ScalingAdjustment"] for step in steps["StepAdjustments"]] == [-10]


@pytest.mark.parametrize("tasks", range(2, 21))
def test_no_task_goes_only_to_be_missed(tasks: int, production: Template) -> None:
    slots = PRODUCTION.max_sessions
    few_free = trigger(production, "FewSlotsFree")["Threshold"]
    most_free = trigger(production, "MostSlotsFree")["Threshold"]
    going = max(1, tasks // 10)
    used = (slots - most_free) * tasks

    assert slots - used / (tasks - going) > few_free


@pytest.mark.parametrize(
    ("part", "metric"),
    [
        ("TargetCpu", "ECSServiceAverageCPUUtilization"),
        ("TargetMemory", "ECSServiceAverageMemoryUtilization"),
    ],
)
def test_cpu_and_memory_add_tasks_and_take_none(template: Template, part: str, metric: str) -> None:
    tracking = policy(template, part)["TargetTrackingScalingPolicyConfiguration"]

    assert tracking["PredefinedMetricSpecification"] == {"PredefinedMetricType": metric}
    assert tracking["DisableScaleIn"] is True


def test_before_there_is_an_image_nothing_is_started(variants: dict[str, Template]) -> None:
    first = variants["first"]

    assert first.only("AWS::ECS::Service")["DesiredCount"] == 0
    assert first.only(TARGET)["MinCapacity"] == 0
