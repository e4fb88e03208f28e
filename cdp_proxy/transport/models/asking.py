"""Asks a provider: retries what may pass, repairs what is malformed, gives up in time.

One question goes so:

1. The provider makes a `Call`, which runs in a thread until it replies, fails or time is up.
2. `Busy` (overload, 5xx, no connection): wait and back to 1, as long as the time allows.
3. `Rejected`: back to 1 without what the provider does not take; if there is nothing, the end.
4. A reply that is refused or cut off is the end. One that is malformed is shown to the model once,
   with what is wrong: back to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from random import SystemRandom

from twisted.internet.defer import TimeoutError as TimedOut
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from cdp_proxy.core.actions.models.answers import Malformed, check, decode
from cdp_proxy.core.actions.models.fence import user_message
from cdp_proxy.core.actions.ports import ModelAnswer, Prompt, Usage
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.models.backoff import RETRIES_MAX, wait_seconds
from cdp_proxy.transport.models.exchange import Busy, Conversation, Provider, Rejected, Reply
from cdp_proxy.transport.models.options import ModelOptions
from shared.errors import ModelFailed

_log = Logger()

_GRACE_SECONDS = 1.0
"""More time for a call's socket than for the question, so that it is the question that times out;
then the call is aborted."""
Random = Callable[[], float]
_RANDOM = SystemRandom()

_REJECTIONS: Mapping[int, tuple[str, str]] = {
    HTTPStatus.UNAUTHORIZED: ("unauthorized", "The model service does not accept the key."),
    HTTPStatus.FORBIDDEN: ("unauthorized", "The model service does not allow this with the key."),
    HTTPStatus.NOT_FOUND: ("notFound", "The model service does not know the model or the URL."),
}


class AskingModel:
    """A `ports.Model` on a provider. Keeps what the provider turned out not to take."""

    def __init__(
        self,
        provider: Provider,
        options: ModelOptions,
        reactor: IReactorTime,
        blocking: Blocking,
        random: Random = _RANDOM.random,
    ) -> None:
        """`blocking` should be a pool of its own: a question may hold a thread for a minute."""
        self._provider = provider
        self._options = options
        self._reactor = reactor
        self._blocking = blocking
        self._random = random

    async def ask(self, prompt: Prompt, timeout_seconds: float) -> ModelAnswer:
        """See `ports.Model`; at most `timeout_seconds` and the options' own.

        Raises:
            ModelFailed: `details["reason"]` is `timeout`, `unreachable`, `busy`, `unauthorized`,
                `notFound`, `rejected`, `notAllowed`, `refused`, `truncated` or `malformed`;
                `details["usage"]` what it cost nonetheless.
        """
        seconds = min(timeout_seconds, self._options.timeout_seconds)
        deadline = self._reactor.seconds() + seconds
        usage: list[Usage] = []
        try:
            return await self._answer(prompt, deadline, usage)
        except ModelFailed as error:
            details = {**error.details, "usage": _as_json(usage)}
            raise ModelFailed(error.message, **details) from error

    async def _answer(self, prompt: Prompt, deadline: float, usage: list[Usage]) -> ModelAnswer:
        conversation = Conversation(
            system=prompt.system, user=user_message(prompt), schema=prompt.schema
        )
        for _ in ("asked", "asked again"):
            reply = await self._reply(conversation, deadline)
            usage.append(
                Usage(
                    model=self._options.name,
                    input_tokens=reply.input_tokens,
                    output_tokens=reply.output_tokens,
                )
            )
            try:
                value = _value_of(reply, prompt)
            except Malformed as error:
                conversation = replace(conversation, failed=reply, complaint=str(error))
            else:
                return ModelAnswer(value=value, usage=tuple(usage))
        raise ModelFailed(
            "The model's answer did not have the shape asked for, nor did its second one.",
            reason="malformed",
        )

    async def _reply(self, conversation: Conversation, deadline: float) -> Reply:
        retries = 0
        while True:
            try:
                return await self._once(conversation, deadline)
            except Rejected as rejection:
                self._adapt(rejection)
            except Busy as busy:
                wait = wait_seconds(retries, busy.retry_after_seconds, self._random())
                retries += 1
                if retries > RETRIES_MAX or self._reactor.seconds() + wait >= deadline:
                    raise _unavailable(busy) from busy
                await deferLater(self._reactor, wait)

    async def _once(self, conversation: Conversation, deadline: float) -> Reply:
        """One request, abandoned when time is up or nobody waits for it any more."""
        seconds = deadline - self._reactor.seconds()
        if seconds <= 0:
            raise _timed_out()
        call = self._provider.call(conversation)
        replying = self._blocking.run(call.run, seconds + _GRACE_SECONDS)
        replying.addTimeout(seconds, self._reactor)
        answered = False
        try:
            reply = await replying
            answered = True
        except (Busy, Rejected, ModelFailed):
            answered = True
            raise
        except TimedOut as error:
            raise _timed_out() from error
        finally:
            if not answered:
                call.abort()
        return reply

    def _adapt(self, rejection: Rejected) -> None:
        adapted = self._provider.adapted(rejection)
        if adapted is None:
            raise _rejected(rejection) from rejection
        _log.info(
            "model {model} is asked differently from now on: {status} {code}",
            model=self._options.name,
            status=rejection.status,
            code=rejection.code,
        )
        self._provider = adapted


def _value_of(reply: Reply, prompt: Prompt) -> object:
    if reply.refused:
        raise ModelFailed("The model refused to answer.", reason="refused")
    if reply.truncated:
        raise ModelFailed(
            "The model's answer was cut off: allow more output tokens (maxOutputTokens), or ask "
            "for less.",
            reason="truncated",
        )
    value = decode(reply.text) if reply.value is None else reply.value
    check(value, prompt.schema)
    return value


def _timed_out() -> ModelFailed:
    return ModelFailed("The model did not answer in time.", reason="timeout")


def _unavailable(busy: Busy) -> ModelFailed:
    if busy.status is None:
        return ModelFailed("The model service cannot be reached.", reason="unreachable")
    return ModelFailed(
        "The model service is busy or failing; try again later.", reason="busy", status=busy.status
    )


def _rejected(rejection: Rejected) -> ModelFailed:
    other = ("rejected", "The model service rejected the question.")
    reason, text = _REJECTIONS.get(rejection.status, other)
    return ModelFailed(text, reason=reason, status=rejection.status, code=rejection.code)


def _as_json(usage: Sequence[Usage]) -> list[dict[str, object]]:
    return [
        {"model": one.model, "inputTokens": one.input_tokens, "outputTokens": one.output_tokens}
        for one in usage
    ]
