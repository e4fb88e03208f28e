"""Identifier types. `NewType`s only: makers live in `shared.randomness`."""

from __future__ import annotations

from typing import NewType

SessionId = NewType("SessionId", str)
"""A WallCrawler browser session (a UUID in text form); never CDP's flat session id."""

TaskId = NewType("TaskId", str)
"""One running container (32 hex digits; a new one at each start)."""

RequestId = NewType("RequestId", str)
"""One request from the API to a task (32 hex digits)."""

OwnerId = NewType("OwnerId", str)
"""The user an API key stands for (16 hex digits derived from the key's hash)."""

ConnectionId = NewType("ConnectionId", str)
"""One connection of the WebSocket API: API Gateway's `connectionId`."""

StartToken = NewType("StartToken", str)
"""One decision to start a task, and ECS's `clientToken` for it (32 to 36 hex digits and dashes)."""
