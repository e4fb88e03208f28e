from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.fakes.synthesis import Synthesis


@pytest.fixture(params=["development", "production"])
def report(request: pytest.FixtureRequest, synthesized: dict[str, Synthesis]) -> dict[str, Any]:
    (found,) = synthesized[request.param].document("validation-report.json")["pluginReports"]
    return dict(found)


def test_cdk_nag_has_nothing_to_say(report: dict[str, Any]) -> None:
    assert report["pluginName"] == "AwsSolutions"
    assert (report["conclusion"], report["violations"]) == ("success", [])


def test_what_stands_has_a_reason_and_is_of_these_kinds(report: dict[str, Any]) -> None:
    standing = report["suppressedViolations"]

    assert all(len(each["reason"]) > 20 for each in standing)
    rules = {each["ruleName"].partition("[")[0].removeprefix("AwsSolutions-") for each in standing}
    # Had the rules not run, none of these would be there.
    assert rules - {"AEC4"} == {"EC23", "SMG4", "ECS2", "IAM5"}


def test_only_development_has_a_single_redis_node(synthesized: dict[str, Synthesis]) -> None:
    kinds = {
        environment: Counter(
            each["ruleName"]
            for plugin in synthesis.document("validation-report.json")["pluginReports"]
            for each in plugin["suppressedViolations"]
        )
        for environment, synthesis in synthesized.items()
    }

    assert kinds["development"]["AwsSolutions-AEC4"] == 1
    assert kinds["production"]["AwsSolutions-AEC4"] == 0
