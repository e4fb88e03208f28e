"""`python -m deployment.buckets empty ENVIRONMENT --region REGION`: what buckets hold is deleted.

A bucket with something in it cannot be deleted, nor then its stack. Where data outlives the stack
(`keep_data`) nothing is done.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.outputs import NoStack, outputs_of_stack
from deployment.steps import exit_code_of, to_stderr

BUCKETS = ("ScreenshotBucketName", "RecordingBucketName", "LogBucketName")
"""The outputs with their names."""


class NotEmptied(Exception):
    """Something stays in a bucket; one sentence for the person who takes it away."""


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete everything in it; how much that was. A bucket that is gone holds nothing.

    Raises:
        NotEmptied: S3 refuses to delete some of it.
    """
    deleted = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            found = [{"Key": each["Key"]} for each in page.get("Contents", [])]
            if found:
                _delete(s3, bucket, found)
            deleted += len(found)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchBucket":
            raise
    return deleted


def _delete(s3: Any, bucket: str, found: list[dict[str, str]]) -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
    if errors := answer.get("Errors"):
        why = ", ".join(sorted({str(error.get("Code")) for error in errors}))
        raise NotEmptied(f"{len(errors)} objects of {bucket} cannot be deleted ({why})")


def main(arguments: list[str], clients: Clients = boto3.client) -> int:
    """Empty them; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployment.buckets", description=__doc__)
    parser.add_argument("action", choices=("empty",))
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("--region", required=True)
    options = parser.parse_args(arguments)
    if ENVIRONMENTS[options.environment].keep_data:
        to_stderr(f"{options.environment} keeps its data.")
        return 0
    try:
        cloudformation = clients("cloudformation", region_name=options.region)
        outputs = outputs_of_stack(cloudformation, options.environment)
    except NoStack as nothing_left:
        to_stderr(f"{nothing_left}.")
        return 0
    s3 = clients("s3", region_name=options.region)
    try:
        for bucket in (outputs[name] for name in BUCKETS if name in outputs):
            to_stderr(f"{empty_bucket(s3, bucket)} objects of {bucket} are deleted")
    except NotEmptied as error:
        to_stderr(f"{error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))
