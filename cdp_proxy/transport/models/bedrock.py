"""Amazon Bedrock's `Converse` through boto3, which is imported only once it is needed.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. Credentials are
those of the AWS chain: the task's role, the environment, a profile. Retries are `asking`'s, so that
all providers wait alike; botocore's are off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache
from typing import Any

from cdp_proxy.transport.models.exchange import (
    TOOL_DESCRIPTION,
    TOOL_NAME,
    Busy,
    Conversation,
    Rejected,
    Reply,
)
from cdp_proxy.transport.models.options import ModelOptions

_CONNECT_SECONDS = 10
_BUSY = frozenset(
    {
        "ThrottlingException",
        "ModelTimeoutException",
        "ModelNotReadyException",
        "ModelErrorException",
        "InternalServerException",
        "ServiceUnavailableException",
    }
)
_SERVER_ERROR = 500
_INVALID = "ValidationException"


class _Form(IntEnum):
    """How the shape of the answer is asked for; each step is taken by more models."""

    FORCED_TOOL = 0
    TOOL = 1
    WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bedrock:
    """A `Provider`."""

    options: ModelOptions
    client: Callable[[], Any] = field(repr=False)
    """Gives a client of `bedrock-runtime`, in a thread (see `client_for`)."""
    form: _Form = _Form.FORCED_TOOL

    def call(self, conversation: Conversation) -> BedrockCall:
        """See `Provider`."""
        return BedrockCall(self.client, self._parameters(conversation))

    def adapted(self, rejection: Rejected) -> Bedrock | None:
        """See `Provider`; Bedrock has one code for everything a model does not take."""
        if rejection.code != _INVALID:
            return None
        text = rejection.text.lower()
        if "temperature" in text and self.options.temperature is not None:
            return replace(self, options=self.options.without_temperature())
        if "tool" in text and self.form is not _Form.WORDS:
            return replace(self, form=_Form(self.form + 1))
        return None

    def _parameters(self, conversation: Conversation) -> dict[str, object]:
        system = conversation.system
        if self.form is _Form.WORDS:
            schema = json.dumps(conversation.schema, ensure_ascii=False)
            system += f"\n\nAnswer with one JSON object of this JSON Schema, only that:\n{schema}"
        return {
            "modelId": self.options.name,
            "system": [{"text": system}],
            "messages": _messages(conversation),
            "inferenceConfig": {
                "maxTokens": self.options.max_output_tokens,
                **self.options.temperature_field,
            },
            **self._tools(conversation.schema),
        }

    def _tools(self, schema: Mapping[str, object]) -> Mapping[str, object]:
        if self.form is _Form.WORDS:
            return {}
        specification = {
            "name": TOOL_NAME,
            "description": TOOL_DESCRIPTION,
            "inputSchema": {"json": schema},
        }
        forced = {"tool": {"name": TOOL_NAME}}
        choice = {"toolChoice": forced} if self.form is _Form.FORCED_TOOL else {}
        return {"toolConfig": {"tools": [{"toolSpec": specification}], **choice}}


class BedrockCall:
    """A `Call` through boto3."""

    def __init__(self, client: Callable[[], Any], parameters: Mapping[str, object]) -> None:
        self._client = client
        self._parameters = parameters
        self._aborted = False

    def run(self, timeout_seconds: float) -> Reply:  # noqa: ARG002 - the client has its own
        """See `Call`; bounded by the client's own read timeout."""
        if self._aborted:
            raise Busy(None)
        client = self._client()
        from botocore import exceptions  # noqa: PLC0415 - the client has loaded it

        try:
            response = client.converse(**self._parameters)
            if "output" not in response:
                raise Busy(None)  # botocore's way to say that the body ended early
            return _reply(response)
        except exceptions.ClientError as error:
            raise _error_of(error.response) from error
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise Busy(None) from error
        except exceptions.BotoCoreError as error:
            raise Rejected(0, type(error).__name__, "") from error
        except (LookupError, TypeError) as error:
            raise Rejected(200, "not_the_protocol", "") from error

    def abort(self) -> None:
        """See `Call`; a call under way goes on until its read timeout, unheard."""
        self._aborted = True


@lru_cache(maxsize=8)
def client_for(region: str | None, base_url: str | None, timeout_seconds: float) -> Any:
    """A client for `bedrock-runtime` that all threads share; the first takes some 100 ms.

    Args:
        region: None for the AWS configuration's.
        base_url: of a VPC endpoint or a stand-in; None for the region's own.
        timeout_seconds: of one answer.

    Raises:
        Rejected: no region is configured anywhere, or the profile is broken.
    """
    import boto3  # noqa: PLC0415 - memory that only those pay who use it
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=timeout_seconds,
        retries={"total_max_attempts": 1},
    )
    try:
        return boto3.session.Session().client(
            "bedrock-runtime", region_name=region, endpoint_url=base_url, config=config
        )
    except (BotoCoreError, ValueError) as error:
        raise Rejected(0, type(error).__name__, "") from error


def _messages(conversation: Conversation) -> list[Mapping[str, object]]:
    messages: list[Mapping[str, object]] = [
        {"role": "user", "content": [{"text": conversation.user}]}
    ]
    if conversation.failed is not None:
        content = conversation.failed.message["content"]
        messages.append({"role": "assistant", "content": content or [{"text": "(nothing)"}]})
        messages.append({"role": "user", "content": _repair(content, conversation.repair)})
    return messages


def _repair(content: list[dict[str, Any]], text: str) -> list[Mapping[str, object]]:
    """Every tool call of the assistant's turn must be given its result in the next."""
    results: list[Mapping[str, object]] = [
        {
            "toolResult": {
                "toolUseId": block["toolUse"]["toolUseId"],
                "status": "error",
                "content": [{"text": text}],
            }
        }
        for block in content
        if "toolUse" in block
    ]
    return results or [{"text": text}]


def _reply(response: Mapping[str, Any]) -> Reply:
    """From `{"output": {"message"}, "stopReason", "usage"}`."""
    message, usage = response["output"]["message"], response.get("usage") or {}
    blocks, stopped = message["content"], response["stopReason"]
    called = next((block["toolUse"] for block in blocks if "toolUse" in block), None)
    return Reply(
        text="".join(block["text"] for block in blocks if "text" in block),
        value=None if called is None else called["input"],
        message=message,
        refused=stopped in {"guardrail_intervened", "content_filtered"},
        truncated=stopped in {"max_tokens", "model_context_window_exceeded"},
        input_tokens=sum(
            int(usage.get(kind) or 0)
            for kind in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        ),
        output_tokens=int(usage.get("outputTokens") or 0),
    )


def _error_of(response: Mapping[str, Any]) -> Busy | Rejected:
    error = response["Error"]
    status = int(response["ResponseMetadata"].get("HTTPStatusCode", 0))
    if error["Code"] in _BUSY or status >= _SERVER_ERROR:
        return Busy(status)
    return Rejected(status, error["Code"], error.get("Message", ""))
