"""What ECS tells a container about itself, and what the container may tell ECS; plain HTTP.

Both endpoints are on the task's own link-local address and need no credentials. All of this blocks.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twisted.logger import Logger

from cdp_proxy.core.protection import EXPIRES_MINUTES, ProtectionInput

_log = Logger()

_TIMEOUT_SECONDS = 3.0
_ANSWER_BYTES_MAX = 1024 * 1024
_ATTEMPTS = 3
_NOT_OURS = "TASK_NOT_VALID"
"""ECS's reason for tasks that no service started."""


class NoMetadata(Exception):
    """The endpoint that ECS has named does not tell what is needed; the text says why."""


@dataclass(frozen=True, slots=True)
class TaskMetadata:
    """What is needed of `${ECS_CONTAINER_METADATA_URI_V4}/task`."""

    task_arn: str
    address: str
    """The task's private address."""
    availability_zone: str | None
    revision: str = ""
    """Of the task's definition."""


def read_metadata(uri: str) -> TaskMetadata:
    """Ask the metadata endpoint, version 4.

    Raises:
        NoMetadata: it does not answer, or not with an address.
    """
    failure = ""
    for _ in range(_ATTEMPTS):
        try:
            status, body = _exchange("GET", f"{uri}/task")
        except OSError as error:
            failure = str(error)
            continue
        if status == http.client.OK:
            return _metadata_of(body)
        failure = f"HTTP {status}"
    raise NoMetadata(f"ECS's metadata cannot be read: {failure}")


class EcsAgent:
    """`$ECS_AGENT_URI`: asks for protection from scale-in."""

    def __init__(self, uri: str) -> None:
        self._url = f"{uri}/task-protection/v1/state"

    def protect(self, enabled: bool) -> ProtectionInput:
        """Ask for protection, or for none; what came of it. Raises nothing: no answer is FAILED."""
        asked: dict[str, object] = {"ProtectionEnabled": enabled}
        if enabled:
            asked["ExpiresInMinutes"] = EXPIRES_MINUTES
        try:
            status, answer = _exchange("PUT", self._url, asked)
        except OSError as error:
            _log.warn("ECS's agent does not answer: {error}", error=str(error))
            return ProtectionInput.FAILED
        protection = answer.get("protection")
        if isinstance(protection, dict) and protection.get("ProtectionEnabled") is enabled:
            return ProtectionInput.DONE
        reason = _reason_of(answer) or f"HTTP {status}"
        if reason == _NOT_OURS:
            return ProtectionInput.NOT_OURS
        _log.warn("ECS does not change the task's protection: {reason}", reason=reason)
        return ProtectionInput.FAILED


def _exchange(method: str, url: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """One request; an `OSError` when there is no proper answer in time."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        raw = None if body is None else json.dumps(body)
        connection.request(method, parts.path, raw, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read(_ANSWER_BYTES_MAX))
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"not a proper answer: {error!r}") from error
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else {}


def _metadata_of(body: dict[str, Any]) -> TaskMetadata:
    addresses = [
        address
        for container in body.get("Containers", ())
        for network in container.get("Networks", ())
        for address in network.get("IPv4Addresses", ())
    ]
    if not addresses or not body.get("TaskARN"):
        raise NoMetadata("ECS's metadata names no address or no task.")
    zone = body.get("AvailabilityZone")
    return TaskMetadata(
        str(body["TaskARN"]),
        str(addresses[0]),
        str(zone) if zone else None,
        str(body.get("Revision") or ""),
    )


def _reason_of(answer: dict[str, Any]) -> str:
    """`{"failure": {"Reason"}}` or `{"error": {"Code"}}`, as the agent has them."""
    for kind, word in (("failure", "Reason"), ("error", "Code")):
        part = answer.get(kind)
        if isinstance(part, dict) and part.get(word):
            return str(part[word])
    return ""
