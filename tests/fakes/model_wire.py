"""Real shapes of the three wire formats, for tests of what speaks them."""

from __future__ import annotations

import json
from typing import Any

from cdp_proxy.transport.models.exchange import Conversation

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
CONVERSATION = Conversation(system="Be brief.", user="Say a word.", schema=SCHEMA)
RIGHT = {"word": "yes"}
KEY = "sk-test-0123456789"


def openai_answer(content: str | None = json.dumps(RIGHT), **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": more.pop("refusal", None)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", **more}
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": "gpt-4.1-2025-04-14",
        "choices": [choice],
        "usage": {
            "prompt_tokens": 19,
            "completion_tokens": 10,
            "total_tokens": 29,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
    }


def openai_error(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def anthropic_answer(*content: dict[str, Any], stop_reason: str = "tool_use") -> dict[str, Any]:
    called = {"type": "tool_use", "id": "toolu_01D7FLrfh4GYq7yT1ULFeyMV", "name": "answer"}
    return {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": list(content) or [{**called, "input": RIGHT}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 12,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 30,
            "output_tokens": 6,
        },
    }


def anthropic_error(kind: str, message: str) -> dict[str, Any]:
    return {
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy",
    }


def bedrock_answer(*content: dict[str, Any], stop_reason: str = "tool_use") -> dict[str, Any]:
    called = {"toolUseId": "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q", "name": "answer", "input": RIGHT}
    return {
        "output": {
            "message": {"role": "assistant", "content": list(content) or [{"toolUse": called}]}
        },
        "stopReason": stop_reason,
        "usage": {"inputTokens": 30, "outputTokens": 8, "totalTokens": 38},
        "metrics": {"latencyMs": 551},
    }
