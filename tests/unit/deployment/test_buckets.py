"""Against moto's S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deployment.buckets import empty_bucket, main
from tests.fakes.aws_clients import FakeAws
from tests.fakes.aws_server import REGION, AwsServer, aws_server

EMPTY_DEVELOPMENT = ["empty", "development", "--region", REGION]


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    with aws_server() as server:
        yield server


@pytest.fixture
def s3(aws: AwsServer) -> Any:
    client = aws.client("s3")
    for name in ("shots", "logs"):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield client
    for name in ("shots", "logs"):
        empty_bucket(client, name)
        client.delete_bucket(Bucket=name)


def put(s3: Any, bucket: str, count: int) -> None:
    for number in range(count):
        s3.put_object(Bucket=bucket, Key=f"of/{number}", Body=b"")


def clients_of(s3: Any, outputs: dict[str, str]) -> Any:
    fake = FakeAws(outputs=outputs)
    return lambda service, *, region_name: s3 if service == "s3" else fake


def held(s3: Any, bucket: str) -> int:
    return int(s3.list_objects_v2(Bucket=bucket)["KeyCount"])


def test_a_bucket_of_several_pages_is_emptied(s3: Any) -> None:
    put(s3, "logs", 1_001)

    assert empty_bucket(s3, "logs") == 1_001
    assert held(s3, "logs") == 0


def test_a_bucket_that_is_gone_holds_nothing(s3: Any) -> None:
    assert empty_bucket(s3, "never-was") == 0


def test_all_buckets_of_a_stack_are_emptied(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    put(s3, "shots", 2)
    put(s3, "logs", 1)
    outputs = {"ScreenshotBucketName": "shots", "LogBucketName": "logs", "ServiceName": "x"}

    assert main(EMPTY_DEVELOPMENT, clients_of(s3, outputs)) == 0
    assert (held(s3, "shots"), held(s3, "logs")) == (0, 0)
    assert "2 objects of shots" in capsys.readouterr().err


def test_what_may_not_be_deleted_is_said(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    put(s3, "logs", 2)
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [denied]}
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy))

    code = main(EMPTY_DEVELOPMENT, clients_of(s3, {"LogBucketName": "logs"}))
    s3.delete_bucket_policy(Bucket="logs")

    assert (code, held(s3, "logs")) == (1, 2)
    assert "2 objects of logs cannot be deleted (AccessDenied)" in capsys.readouterr().err


def test_data_that_outlives_its_stack_is_not_touched(
    s3: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, "shots", 1)
    clients = clients_of(s3, {"ScreenshotBucketName": "shots"})

    assert main(["empty", "production", "--region", REGION], clients) == 0
    assert held(s3, "shots") == 1
    assert "production keeps its data" in capsys.readouterr().err


def test_without_a_stack_there_is_nothing_left_to_do() -> None:
    assert main(EMPTY_DEVELOPMENT, FakeAws(stacks={})) == 0
