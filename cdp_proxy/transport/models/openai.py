"""OpenAI's chat completions: also vLLM, Ollama, LiteLLM, llama.cpp, Azure and most others.

https://platform.openai.com/docs/api-reference/chat. Servers differ in how much of it they take, so
what one refuses with 400 or 422 is left out, once for all later questions: first strict schemas,
then schemas, then `response_format` altogether, the schema being told in words instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from cdp_proxy.core.actions.models.schemas import is_strict
from cdp_proxy.transport.models.exchange import TOOL_NAME, Conversation, Rejected, Reply
from cdp_proxy.transport.models.http_call import HttpCall, JsonPost
from cdp_proxy.transport.models.options import ModelOptions

_BASE_URL = "https://api.openai.com/v1"
_UNPROCESSABLE = frozenset({400, 422})
_NOT_OF_THE_FORM = frozenset(
    {"context_length_exceeded", "model_not_found", "invalid_api_key", "content_filter"}
)
"""Codes of refusals that another form of the same question would meet too."""


class _Form(IntEnum):
    """How the shape of the answer is asked for; each step is taken by more servers."""

    STRICT = 0
    SCHEMA = 1
    OBJECT = 2
    WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAi:
    """A `Provider`."""

    options: ModelOptions
    api_key: str | None = field(repr=False)
    """None for servers that want none."""
    form: _Form = _Form.STRICT
    tokens_field: str = "max_tokens"
    """OpenAI's newer models take `max_completion_tokens` only, which others do not know."""

    def call(self, conversation: Conversation) -> HttpCall:
        """See `Provider`."""
        base = (self.options.base_url or _BASE_URL).rstrip("/")
        key = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        post = JsonPost(
            url=f"{base}/chat/completions",
            headers={"Content-Type": "application/json", **key},
            body=self._body(conversation),
            guarded=self.options.guarded,
        )
        return HttpCall(post, _reply)

    def adapted(self, rejection: Rejected) -> OpenAi | None:
        """See `Provider`."""
        if rejection.status not in _UNPROCESSABLE or rejection.code in _NOT_OF_THE_FORM:
            return None
        if "max_completion_tokens" in rejection.text and self.tokens_field == "max_tokens":
            return replace(self, tokens_field="max_completion_tokens")
        if "temperature" in rejection.text and self.options.temperature is not None:
            return replace(self, options=self.options.without_temperature())
        return None if self.form is _Form.WORDS else replace(self, form=_Form(self.form + 1))

    def _body(self, conversation: Conversation) -> dict[str, object]:
        return {
            "model": self.options.name,
            "messages": self._messages(conversation),
            self.tokens_field: self.options.max_output_tokens,
            **self.options.temperature_field,
            **self._response_format(conversation.schema),
        }

    def _messages(self, conversation: Conversation) -> list[Mapping[str, object]]:
        system = conversation.system
        if self.form >= _Form.OBJECT:
            schema = json.dumps(conversation.schema, ensure_ascii=False)
            system += f"\n\nAnswer with one JSON object of this JSON Schema, only that:\n{schema}"
        messages: list[Mapping[str, object]] = [
            {"role": "system", "content": system},
            {"role": "user", "content": conversation.user},
        ]
        if conversation.failed is not None:
            messages.append({"role": "assistant", "content": conversation.failed.text})
            messages.append({"role": "user", "content": conversation.repair})
        return messages

    def _response_format(self, schema: Mapping[str, object]) -> Mapping[str, object]:
        if self.form is _Form.WORDS:
            return {}
        if self.form is _Form.OBJECT:
            return {"response_format": {"type": "json_object"}}
        strict = self.form is _Form.STRICT and is_strict(schema)
        named = {"name": TOOL_NAME, "schema": schema, "strict": strict}
        return {"response_format": {"type": "json_schema", "json_schema": named}}


def _reply(body: dict[str, Any]) -> Reply:
    """From `{"choices": [{"message": {"content", "refusal"?}, "finish_reason"}], "usage"?}`."""
    choice = body["choices"][0]
    message, usage = choice["message"], body.get("usage") or {}
    return Reply(
        text=_text_of(message.get("content")),
        value=None,
        message=message,
        refused=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
        truncated=choice.get("finish_reason") == "length",
        input_tokens=int(usage.get("prompt_tokens") or 0),
        output_tokens=int(usage.get("completion_tokens") or 0),
    )


def _text_of(content: str | list[dict[str, Any]] | None) -> str:
    """Text is a string or, with some servers, a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content)
    return content or ""
