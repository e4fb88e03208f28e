"""Anthropic's Messages; the answer is the input of a tool that the model is made to call.

https://docs.anthropic.com/en/api/messages. Models that think before they answer refuse a forced
tool with 400; they are left the choice, and what they write instead is read as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cdp_proxy.transport.models.exchange import (
    TOOL_DESCRIPTION,
    TOOL_NAME,
    Conversation,
    Rejected,
    Reply,
)
from cdp_proxy.transport.models.http_call import HttpCall, JsonPost
from cdp_proxy.transport.models.options import ModelOptions

_BASE_URL = "https://api.anthropic.com"
_VERSION = "2023-06-01"
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Anthropic:
    """A `Provider`."""

    options: ModelOptions
    api_key: str | None = field(repr=False)
    force_tool: bool = True

    def call(self, conversation: Conversation) -> HttpCall:
        """See `Provider`."""
        base = (self.options.base_url or _BASE_URL).rstrip("/").removesuffix("/v1")
        key = {"x-api-key": self.api_key} if self.api_key else {}
        post = JsonPost(
            url=f"{base}/v1/messages",
            headers={"Content-Type": "application/json", "anthropic-version": _VERSION, **key},
            body=self._body(conversation),
            guarded=self.options.guarded,
        )
        return HttpCall(post, _reply)

    def adapted(self, rejection: Rejected) -> Anthropic | None:
        """See `Provider`."""
        if rejection.status != _BAD_REQUEST:
            return None
        if "temperature" in rejection.text and self.options.temperature is not None:
            return replace(self, options=self.options.without_temperature())
        if "tool_choice" in rejection.text and self.force_tool:
            return replace(self, force_tool=False)
        return None

    def _body(self, conversation: Conversation) -> dict[str, object]:
        tool = {
            "name": TOOL_NAME,
            "description": TOOL_DESCRIPTION,
            "input_schema": conversation.schema,
        }
        choice = {"type": "tool", "name": TOOL_NAME} if self.force_tool else {"type": "auto"}
        return {
            "model": self.options.name,
            "max_tokens": self.options.max_output_tokens,
            "system": conversation.system,
            "messages": _messages(conversation),
            "tools": [tool],
            "tool_choice": choice,
            **self.options.temperature_field,
        }


def _messages(conversation: Conversation) -> list[Mapping[str, object]]:
    messages: list[Mapping[str, object]] = [{"role": "user", "content": conversation.user}]
    if conversation.failed is not None:
        content = conversation.failed.message["content"]
        messages.append({"role": "assistant", "content": content or "(nothing)"})
        messages.append({"role": "user", "content": _repair(content, conversation.repair)})
    return messages


def _repair(content: list[dict[str, Any]], text: str) -> list[Mapping[str, object]]:
    """Every tool call of the assistant's turn must be given its result in the next."""
    results: list[Mapping[str, object]] = [
        {"type": "tool_result", "tool_use_id": block["id"], "is_error": True, "content": text}
        for block in content
        if block["type"] == "tool_use"
    ]
    return results or [{"type": "text", "text": text}]


def _reply(body: dict[str, Any]) -> Reply:
    """From `{"content": [block], "stop_reason", "usage"}`."""
    blocks, usage = body["content"], body.get("usage") or {}
    called = next((block for block in blocks if block["type"] == "tool_use"), None)
    return Reply(
        text="".join(block["text"] for block in blocks if block["type"] == "text"),
        value=None if called is None else called["input"],
        message={"role": "assistant", "content": blocks},
        refused=body.get("stop_reason") == "refusal",
        truncated=body.get("stop_reason") in {"max_tokens", "model_context_window_exceeded"},
        input_tokens=sum(
            int(usage.get(kind) or 0)
            for kind in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        ),
        output_tokens=int(usage.get("output_tokens") or 0),
    )
