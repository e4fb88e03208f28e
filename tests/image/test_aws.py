"""What the image speaks to on AWS: Redis over TLS, and S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from bench.certificate import write_certificate
from bench.tls_front import tls_front
from image.cache import BuiltImage
from tests.fakes.api import make_test_deps
from tests.fakes.api_user import Api
from tests.fakes.aws_server import AwsServer, aws_server
from tests.image.conftest import start_container
from tests.image.pages import PAGE

BUCKET = "pictures-of-tests"


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with aws_server() as server:
        where = {"LocationConstraint": server.environment["AWS_REGION"]}
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield server


@pytest.fixture
def api(image: BuiltImage, loopback_redis: str, aws: AwsServer, tmp_path: Path) -> Iterator[Api]:
    """The API, with a container that reaches Redis over TLS and has a bucket."""
    host, port = loopback_redis.split(":")
    certificate = write_certificate(tmp_path)
    with tls_front(certificate, (host, int(port))) as tls_port:
        container = start_container(
            image,
            f"rediss://127.0.0.1:{tls_port}/2",
            SSL_CERT_FILE="/tmp/trusted.pem",
            SCREENSHOT_BUCKET=BUCKET,
            **aws.environment,
        )
        (container.temporary / "trusted.pem").write_bytes(certificate.read_bytes())
        with container:
            yield Api(make_test_deps(f"redis://{loopback_redis}/2"))


def test_screenshots_go_to_s3_while_redis_is_spoken_to_over_tls(api: Api, aws: AwsServer) -> None:
    session: Any = api.data("POST", "/sessions", status=201)
    path = f"/sessions/{session['sessionId']}"

    api.data("POST", f"{path}/navigate", {"url": PAGE})
    taken = api.data("POST", f"{path}/screenshot", {"format": "png"})

    (stored,) = aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert stored["Key"] in taken["url"]
    assert stored["Size"] > 5_000
    with urlopen(taken["url"]) as picture:
        assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
