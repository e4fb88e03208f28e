"""`GetSecretValue` of AWS Secrets Manager, over one kept connection and without botocore.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from chalice_app.aws.signing import signed_headers
from chalice_app.config import AwsIdentity
from shared.clock import Clock
from shared.tls import client_context

_TIMEOUT_SECONDS = 3.0
"""For connecting and for each read; the service answers in some 10 ms."""
_ATTEMPTS = 3
_SERVICE = "secretsmanager"
_OK = 200
_SERVER_ERRORS = 500
_THROTTLED = "ThrottlingException"


class SecretUnreadable(Exception):
    """The secret was not told; the text says why, and never what it holds."""


class _Value(Struct):
    secret_string: str | None = msgspec.field(name="SecretString", default=None)


class _Refusal(Struct):
    kind: str = msgspec.field(name="__type", default="")


class SecretsManager:
    """The service in the region that each secret's ARN names; safe to use from several threads."""

    def __init__(self, identity: Callable[[], AwsIdentity], clock: Clock) -> None:
        self._identity = identity
        self._clock = clock
        self._connection: http.client.HTTPConnection | None = None
        self._connected_to = ""
        self._lock = threading.Lock()

    def read(self, arn: str) -> str:
        """The secret's current text.

        Raises:
            SecretUnreadable: no access, no such secret, not text, or the service is away.
        """
        partition, region = _home_of(arn)
        identity = self._identity()
        endpoint = identity.endpoint_url or _endpoint(partition, region)
        with self._lock:
            status, answer = self._ask(endpoint, region, identity, arn)
        if status != _OK:
            raise SecretUnreadable(f"{_name_of(arn)}: {_kind_of(answer) or status}")
        return _text_in(answer, arn)

    def _ask(
        self, endpoint: str, region: str, identity: AwsIdentity, arn: str
    ) -> tuple[int, bytes]:
        """Ask, and again when that may help."""
        failure: Exception | None = None
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                status, answer = self._post(endpoint, region, identity, arn)
            except (OSError, http.client.HTTPException) as error:
                self._disconnect()
                failure = error
                continue
            last = attempt == _ATTEMPTS
            if last or (status < _SERVER_ERRORS and _kind_of(answer) != _THROTTLED):
                return status, answer
        raise SecretUnreadable(f"{_name_of(arn)}: {type(failure).__name__}") from failure

    def _post(
        self, endpoint: str, region: str, identity: AwsIdentity, arn: str
    ) -> tuple[int, bytes]:
        body = msgspec.json.encode({"SecretId": arn})
        headers = {
            "host": urlsplit(endpoint).netloc,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "secretsmanager.GetSecretValue",
        }
        signed = signed_headers(
            identity, headers, body, service=_SERVICE, region=region, now=self._clock()
        )
        connection = self._connected(endpoint)
        connection.request("POST", "/", body, signed)
        response = connection.getresponse()
        return response.status, response.read()

    def _connected(self, endpoint: str) -> http.client.HTTPConnection:
        if self._connection is None or self._connected_to != endpoint:
            self._disconnect()
            self._connection, self._connected_to = _connection_to(endpoint), endpoint
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close the connection; a later read opens another."""
        with self._lock:
            self._disconnect()


def _connection_to(endpoint: str) -> http.client.HTTPConnection:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_SECONDS)
    return http.client.HTTPSConnection(
        host, parts.port, timeout=_TIMEOUT_SECONDS, context=client_context()
    )


def _home_of(arn: str) -> tuple[str, str]:
    """Partition and region."""
    _arn, partition, _service, region, *_rest = arn.split(":")
    return partition, region


def _endpoint(partition: str, region: str) -> str:
    domain = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"https://{_SERVICE}.{region}.{domain}"


def _name_of(arn: str) -> str:
    return arn.rpartition(":")[2]


def _kind_of(answer: bytes) -> str:
    """What a refusal calls itself; some services put a namespace before it."""
    try:
        return msgspec.json.decode(answer, type=_Refusal).kind.rpartition("#")[2]
    except msgspec.DecodeError:
        return ""


def _text_in(answer: bytes, arn: str) -> str:
    try:
        text = msgspec.json.decode(answer, type=_Value).secret_string
    except msgspec.DecodeError:
        text = None
    if text is None:
        raise SecretUnreadable(f"{_name_of(arn)}: it holds no text")
    return text
