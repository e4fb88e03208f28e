"""Where screenshots go: into the answer, or encrypted into a bucket from which a link gives them.

Lambda answers 6 MB at most, so large pages want a bucket. boto3 is imported only if there is one.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from twisted.logger import Logger

from cdp_proxy.transport.blocking import Blocking
from shared.actions import ImageFormat
from shared.clock import Clock, system_clock
from shared.errors import ScreenshotNotStored
from shared.ids import SessionId
from shared.limits import SCREENSHOT_URL_SECONDS
from shared.randomness import new_object_id

_log = Logger()

_CONNECT_SECONDS = 5
_READ_SECONDS = 20
_ATTEMPTS = 3
THREADS = 8
"""Uploads at once. The pool has to be their own: each may take 75 s when S3 does not answer."""


class ScreenshotStore(Protocol):
    """Takes a screenshot; says what the answer has in its place."""

    async def put(
        self, session_id: SessionId, image_base64: str, image_format: ImageFormat
    ) -> Mapping[str, object]:
        """Keep an image, as Chromium gives it (base64).

        Returns:
            `{"base64"}`, or `{"url", "expiresAt"}` with a link that needs no credentials until
            then.

        Raises:
            ScreenshotNotStored: the bucket cannot be written.
        """
        ...


class InlineScreenshots:
    """Leaves images in the answer."""

    async def put(
        self,
        session_id: SessionId,  # noqa: ARG002
        image_base64: str,
        image_format: ImageFormat,  # noqa: ARG002
    ) -> Mapping[str, object]:
        """See `ScreenshotStore`."""
        return {"base64": image_base64}


class BucketScreenshots:
    """Puts images into an S3 bucket, encrypted at rest; their retention is the bucket's."""

    def __init__(
        self,
        blocking: Blocking,
        client: Any,
        bucket: str,
        kms_key: str | None,
        clock: Clock = system_clock,
    ) -> None:
        """Use a bucket.

        Args:
            blocking: the threads in which S3 is called, and nothing else (`THREADS`).
            client: boto3's for S3; safe to use from several threads.
            bucket: its name.
            kms_key: id, ARN or alias of the KMS key to encrypt with; None for S3's own (AES-256).
            clock: for names and expiries.
        """
        self._blocking = blocking
        self._client = client
        self._bucket = bucket
        self._encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key}
            if kms_key is not None
            else {"ServerSideEncryption": "AES256"}
        )
        self._clock = clock

    async def put(
        self, session_id: SessionId, image_base64: str, image_format: ImageFormat
    ) -> Mapping[str, object]:
        """See `ScreenshotStore`."""
        now = self._clock()
        moment = datetime.fromtimestamp(now, UTC)
        # The name is random too: a link to one image tells nothing of the others'.
        name = f"{session_id}/{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"
        key = f"{name}-{new_object_id()}.{image_format.value}"
        try:
            url = await self._blocking.run(self._store, key, image_base64, image_format)
        except ScreenshotNotStored as error:
            _log.error("{error} {cause}", error=error, cause=error.__cause__, session_id=session_id)
            raise
        return {"url": url, "expiresAt": _iso(now + SCREENSHOT_URL_SECONDS)}

    def _store(self, key: str, image_base64: str, image_format: ImageFormat) -> str:
        """Upload and sign; blocks."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loaded already

        image = base64.b64decode(image_base64)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=image,
                ContentType=f"image/{image_format.value}",
                **self._encryption,
            )
            url: str = self._client.generate_presigned_url(
                "get_object",
                Params={"Bucket": self._bucket, "Key": key},
                ExpiresIn=SCREENSHOT_URL_SECONDS,
            )
        except (BotoCoreError, ClientError) as error:
            raise ScreenshotNotStored(
                "The screenshot was taken, but could not be put into the bucket."
            ) from error
        return url


def make_screenshot_store(
    blocking: Blocking, bucket: str | None, kms_key: str | None
) -> ScreenshotStore:
    """The store that is configured; region and credentials are boto3's to find."""
    if bucket is None:
        return InlineScreenshots()
    import boto3  # noqa: PLC0415 - 20 MB resident that only a bucket is worth
    from botocore.config import Config  # noqa: PLC0415

    client = boto3.client(
        "s3",
        config=Config(
            # KMS takes no older signature.
            signature_version="s3v4",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        ),
    )
    return BucketScreenshots(blocking, client, bucket, kms_key)


def _iso(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
