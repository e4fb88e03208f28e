"""Against moto's server, which speaks S3 over HTTP."""

from __future__ import annotations

import base64
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from cdp_proxy.transport.screenshots import (
    BucketScreenshots,
    InlineScreenshots,
    ScreenshotStore,
    make_screenshot_store,
)
from shared.actions import ImageFormat
from shared.errors import ScreenshotNotStored
from shared.limits import SCREENSHOT_URL_SECONDS
from tests.fakes.container import Immediate
from tests.fakes.records import session_id_of

BUCKET = "screenshots"
SESSION = session_id_of("one")
IMAGE = b"\x89PNG\r\n\x1a\n and so on"
NOON = 1_800_014_400.25  # 2027-01-15T12:00:00.250Z


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for stored in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=stored["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def bucket_store(client: Any, kms_key: str | None = None, bucket: str = BUCKET) -> ScreenshotStore:
    return BucketScreenshots(cast("Any", Immediate()), client, bucket, kms_key, lambda: NOON)


def put(store: ScreenshotStore, image_format: ImageFormat = ImageFormat.PNG) -> dict[str, object]:
    encoded = base64.b64encode(IMAGE).decode()
    results: list[Any] = []
    Deferred.fromCoroutine(store.put(SESSION, encoded, image_format)).addBoth(results.append)
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return dict(results[0])


def only_object(client: Any) -> Any:
    (stored,) = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    return client.head_object(Bucket=BUCKET, Key=stored["Key"])


def test_without_a_bucket_the_image_is_in_the_answer() -> None:
    answer = put(InlineScreenshots())

    assert answer == {"base64": base64.b64encode(IMAGE).decode()}


def test_the_link_gives_the_image_without_credentials(client: Any) -> None:
    answer = put(bucket_store(client))

    with urllib.request.urlopen(str(answer["url"]), timeout=60) as response:
        assert response.read() == IMAGE
        assert response.headers["Content-Type"] == "image/png"
    assert set(answer) == {"url", "expiresAt"}


def test_the_link_says_when_it_ends(client: Any) -> None:
    answer = put(bucket_store(client))

    assert f"X-Amz-Expires={SCREENSHOT_URL_SECONDS}" in urlsplit(str(answer["url"])).query
    assert answer["expiresAt"] == "2027-01-15T13:00:00.250Z"


def test_images_are_filed_by_session_and_time(client: Any) -> None:
    for _ in range(2):
        put(bucket_store(client), ImageFormat.JPEG)

    names = [stored["Key"] for stored in client.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert len(names) == 2
    pattern = rf"{SESSION}/20270115T120000250Z-[0-9a-f]{{32}}\.jpeg"
    assert all(re.fullmatch(pattern, name) for name in names)


def test_images_are_encrypted_at_rest(client: Any) -> None:
    put(bucket_store(client))

    assert only_object(client)["ServerSideEncryption"] == "AES256"


def test_images_are_encrypted_with_the_key_that_is_configured(client: Any) -> None:
    put(bucket_store(client, kms_key="alias/screenshots"))

    stored = only_object(client)
    assert stored["ServerSideEncryption"] == "aws:kms"
    assert stored["SSEKMSKeyId"] == "alias/screenshots"


def test_a_bucket_that_cannot_be_written_is_told(client: Any) -> None:
    with pytest.raises(ScreenshotNotStored) as raised:
        put(bucket_store(client, bucket="another"))

    assert "another" not in raised.value.message


def test_the_configuration_says_where_they_go(
    client: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    blocking = cast("Any", Immediate())

    answer = put(make_screenshot_store(blocking, BUCKET, None))

    assert str(answer["url"]).startswith(endpoint)
    assert isinstance(make_screenshot_store(blocking, None, None), InlineScreenshots)
