from __future__ import annotations

import pytest

from tests.fakes.template import Properties, Template

OURS = ("StorageScreenshots", "StorageRecordings")
ALL = (*OURS, "StorageLogs")


def encryption(bucket: Properties) -> Properties:
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return dict(rule["ServerSideEncryptionByDefault"])


def test_there_are_these_buckets(template: Template) -> None:
    assert set(template.of_type("AWS::S3::Bucket")) == set(ALL)


def test_screenshots_and_recordings_are_encrypted_with_the_key(template: Template) -> None:
    for name in OURS:
        assert encryption(template.of_type("AWS::S3::Bucket")[name]) == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": "<EncryptionKey.Arn>",
        }


def test_logs_are_encrypted_with_s3s_own_key_since_they_take_no_other(template: Template) -> None:
    logs = template.of_type("AWS::S3::Bucket")["StorageLogs"]

    assert encryption(logs) == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("name", ALL)
def test_no_bucket_can_be_made_public(template: Template, name: str) -> None:
    bucket = template.of_type("AWS::S3::Bucket")[name]

    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize("name", ALL)
def test_buckets_refuse_whoever_comes_without_tls(template: Template, name: str) -> None:
    policies = {
        policy["Bucket"]: policy["PolicyDocument"]["Statement"]
        for policy in template.of_type("AWS::S3::BucketPolicy").values()
    }

    refusals = [each for each in policies[f"<{name}>"] if each["Effect"] == "Deny"]

    assert [refusal["Condition"] for refusal in refusals] == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]
    for refusal in refusals:
        assert (refusal["Action"], refusal["Principal"]) == ("s3:*", {"AWS": "*"})
        assert refusal["Resource"] == [f"<{name}.Arn>", f"<{name}.Arn>/*"]


def test_nobody_but_aws_log_delivery_is_let_into_a_bucket_by_its_policy(
    template: Template,
) -> None:
    allowed = [
        statement
        for policy in template.of_type("AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    assert {each["Principal"]["Service"] for each in allowed} == {
        "delivery.logs.amazonaws.com",
        "logging.s3.amazonaws.com",
    }
    for each in allowed:
        assert each["Condition"]["StringEquals"]["aws:SourceAccount"] == "<AWS::AccountId>"


@pytest.mark.parametrize("name", ALL)
def test_everything_expires(template: Template, name: str) -> None:
    (rule,) = template.of_type("AWS::S3::Bucket")[name]["LifecycleConfiguration"]["Rules"]

    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] > 0
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_data_of_production_outlives_its_stack(
    development: Template, production: Template
) -> None:
    for name in ALL:
        assert production.policy("AWS::S3::Bucket", name) == "Retain"
        assert development.policy("AWS::S3::Bucket", name) == "Delete"
