from __future__ import annotations

import json

from tests.fakes.template import Template


def test_images_are_scanned_when_they_come(template: Template) -> None:
    repository = template.only("AWS::ECR::Repository")

    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_the_newest_images_are_kept_and_untagged_ones_go(template: Template) -> None:
    policy = template.only("AWS::ECR::Repository")["LifecyclePolicy"]["LifecyclePolicyText"]

    untagged, rest = json.loads(policy)["rules"]

    assert (untagged["selection"]["tagStatus"], untagged["selection"]["countNumber"]) == (
        "untagged",
        7,
    )
    assert rest["selection"] == {
        "tagStatus": "any",
        "countType": "imageCountMoreThan",
        "countNumber": 20,
    }


def test_each_environment_has_a_repository_of_its_own(
    development: Template, production: Template
) -> None:
    names = [
        template.only("AWS::ECR::Repository")["RepositoryName"]
        for template in (development, production)
    ]

    assert names == ["wallcrawler-development", "wallcrawler-production"]
