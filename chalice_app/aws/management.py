"""The @connections client that Chalice's `WebsocketAPI` sends through, made at the first message.

Chalice takes any object with `region_name` and `client(name, endpoint_url=...)` as its session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice_app.config import ApiConfig

_FALLBACK_REGION = "us-east-1"
_CONNECT_TIMEOUT_SECONDS = 2
_READ_TIMEOUT_SECONDS = 5
_ATTEMPTS = 4
"""With botocore's own back-off, which knows API Gateway's throttling (`LimitExceededException`)."""


class ManagementSession:
    """Stands in for a boto3 session; botocore, 200 ms of cold start, is imported when needed."""

    region_name = _FALLBACK_REGION
    """Only asked for outside Lambda, which sets `AWS_REGION`; a local gateway has no regions."""

    def __init__(self, config: Callable[[], ApiConfig]) -> None:
        self._config = config

    def client(self, service_name: str, endpoint_url: str) -> Any:
        """A botocore client for `endpoint_url`, unless the configuration names another place.

        Chalice builds `https://` endpoints on AWS's domain only, and botocore's own environment
        variable is overridden by it: this is the way to a local gateway, which has no TLS and does
        not check signatures either.
        """
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415
        from botocore import UNSIGNED  # noqa: PLC0415

        config = self._config()
        endpoint = config.ws_management_endpoint or endpoint_url
        local = endpoint.startswith("http://")
        options = botocore.config.Config(
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            signature_version=UNSIGNED if local else None,
        )
        return botocore.session.get_session().create_client(
            service_name,
            region_name=self.region_name if local else config.aws_region,
            endpoint_url=endpoint,
            config=options,
        )
