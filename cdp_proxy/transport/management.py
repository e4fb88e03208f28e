"""API Gateway's @connections: posts to clients of the WebSocket API, through botocore. Blocks.

One botocore client an endpoint, kept with its connections; it retries nothing by itself, since
who posts must keep the order (`transport.outbox`). `http://` endpoints are local gateways, which
check no signatures; credentials are never sent in clear.
"""

from __future__ import annotations

import re
import threading
from typing import Any, Final

from shared.connections import ConnectionHead

THREADS: Final = 16
"""Posts at once, and sockets kept open for them."""
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 10
_REGION = re.compile(r"https://[^/]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
_LOCAL_REGION: Final = "us-east-1"
"""botocore wants one; a local gateway has none."""
_GONE: Final = 410
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500


class Gone(Exception):
    """The client is gone, or not there yet."""


class Later(Exception):
    """It may work when it is tried again: throttled, or not reached."""


class Refused(Exception):
    """It never will; the text says why, for the log."""


class Management:
    """Posts to connections; safe to use from several threads."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def post(self, head: ConnectionHead, data: bytes) -> None:
        """Send one message; returns when API Gateway has taken it.

        Raises:
            Gone: the client is not connected.
            Later: try again in a while.
            Refused: do not try again.
        """
        self._call(head, "post_to_connection", Data=data)

    def close(self, head: ConnectionHead) -> None:
        """Close a connection; raises as `post`."""
        self._call(head, "delete_connection")

    def _call(self, head: ConnectionHead, operation: str, **arguments: Any) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (for its cost)

        try:
            client = self._client(head.endpoint)
        except (BotoCoreError, ValueError) as error:
            raise Refused(f"{head.endpoint} cannot be posted to: {error}") from error
        try:
            getattr(client, operation)(ConnectionId=head.connection_id, **arguments)
        except ClientError as error:
            raise _typed(error.response) from error
        except BotoCoreError as error:  # not reached, cut off, no credentials just now
            raise Later(str(error)) from error

    def _client(self, endpoint: str) -> Any:
        with self._lock:
            client = self._clients.get(endpoint)
            if client is None:
                client = self._clients[endpoint] = make_client(endpoint)
            return client


def make_client(endpoint: str) -> Any:
    """A botocore client of `apigatewaymanagementapi` for one endpoint."""
    import botocore.config  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415
    from botocore import UNSIGNED  # noqa: PLC0415

    local = endpoint.startswith("http://")
    found = _REGION.match(endpoint)
    return botocore.session.get_session().create_client(
        "apigatewaymanagementapi",
        region_name=_LOCAL_REGION if local else found[1] if found else None,
        endpoint_url=endpoint,
        config=botocore.config.Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": 1},
            max_pool_connections=THREADS,
            tcp_keepalive=True,
            signature_version=UNSIGNED if local else None,
        ),
    )


def _typed(response: Any) -> Gone | Later | Refused:
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = response.get("Error", {}).get("Code", "")
    if code == "GoneException" or status == _GONE:
        return Gone()
    if code == "LimitExceededException" or status == _TOO_MANY or status >= _SERVER_ERRORS:
        return Later(code or str(status))
    return Refused(code or str(status))
