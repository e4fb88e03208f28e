from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.task import Clock

from cdp_proxy.core.actions.models.fence import fence
from cdp_proxy.core.actions.ports import ModelAnswer, Prompt
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.models.asking import AskingModel
from cdp_proxy.transport.models.exchange import Busy, Conversation, Provider, Rejected, Reply
from cdp_proxy.transport.models.options import ModelOptions
from shared.actions import ModelProvider
from shared.errors import ModelFailed
from tests.fakes.model_wire import RIGHT, SCHEMA

PROMPT = Prompt(system="Be brief.", request="Say a word.", page="[0] button", schema=SCHEMA)
OPTIONS = ModelOptions(provider=ModelProvider.OPENAI, name="m", timeout_seconds=60)
NEVER = object()


def reply(text: str = '{"word": "yes"}', **more: Any) -> Reply:
    fields = {"value": None, "message": {}, "input_tokens": 10, "output_tokens": 2}
    return Reply(text=text, **{**fields, **more})


class ScriptedCall:
    def __init__(self, outcome: object) -> None:
        self.outcome = outcome
        self.seconds = 0.0
        self.aborted = False

    def run(self, timeout_seconds: float) -> Any:
        self.seconds = timeout_seconds
        if self.outcome is NEVER:
            return Deferred()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def abort(self) -> None:
        self.aborted = True


class ScriptedProvider:
    """Answers in turn; can leave out so many things."""

    def __init__(self, *outcomes: object, adaptations: int = 0) -> None:
        self.outcomes = list(outcomes)
        self.adaptations = adaptations
        self.asked: list[Conversation] = []
        self.calls: list[ScriptedCall] = []

    def call(self, conversation: Conversation) -> ScriptedCall:
        self.asked.append(conversation)
        self.calls.append(ScriptedCall(self.outcomes.pop(0)))
        return self.calls[-1]

    def adapted(self, rejection: Rejected) -> Provider | None:
        if self.adaptations == 0:
            return None
        self.adaptations -= 1
        return self


class Inline:
    """`Blocking` without threads."""

    def run(self, function: Callable[..., Any], *args: Any) -> Deferred[Any]:
        return maybeDeferred(function, *args)


class Asked:
    """A question under way, on a clock of its own."""

    def __init__(self, *outcomes: object, adaptations: int = 0, timeout: float = 30) -> None:
        self.clock = Clock()
        self.provider = ScriptedProvider(*outcomes, adaptations=adaptations)
        model = AskingModel(
            self.provider, OPTIONS, self.clock, cast("Blocking", Inline()), random=lambda: 1.0
        )
        asking = cast("Coroutine[Deferred[Any], Any, ModelAnswer]", model.ask(PROMPT, timeout))
        self.done = Deferred.fromCoroutine(asking)
        self.results: list[Any] = []
        self.done.addBoth(self.results.append)

    @property
    def answer(self) -> ModelAnswer:
        (result,) = self.results
        assert isinstance(result, ModelAnswer), result
        return result

    @property
    def error(self) -> ModelFailed:
        (failure,) = self.results
        assert isinstance(failure.value, ModelFailed), failure
        return failure.value


def test_a_right_answer_is_decoded_and_counted() -> None:
    answer = Asked(reply()).answer

    assert answer.value == RIGHT
    (usage,) = answer.usage
    assert (usage.model, usage.input_tokens, usage.output_tokens) == ("m", 10, 2)


def test_the_page_is_sent_fenced() -> None:
    asked = Asked(reply())

    (conversation,) = asked.provider.asked
    assert conversation.system == "Be brief."
    assert fence("[0] button") in conversation.user
    assert conversation.schema is SCHEMA


def test_the_input_of_a_tool_is_taken_as_it_is() -> None:
    assert Asked(reply("", value={"word": "tool"})).answer.value == {"word": "tool"}


@pytest.mark.parametrize("malformed", [reply("No."), reply('{"word": 1}'), reply("", value={})])
def test_a_malformed_answer_is_repaired_once_and_both_are_counted(malformed: Reply) -> None:
    asked = Asked(malformed, reply())

    _, second = asked.provider.asked
    assert second.failed is malformed
    assert second.complaint
    assert asked.answer.value == RIGHT
    assert len(asked.answer.usage) == 2


def test_twice_malformed_is_the_end_and_says_what_it_cost() -> None:
    error = Asked(reply("No."), reply("Still no.")).error

    counted = {"model": "m", "inputTokens": 10, "outputTokens": 2}
    assert error.details == {"reason": "malformed", "usage": [counted, counted]}
    assert "Still no" not in error.message


@pytest.mark.parametrize(
    ("flawed", "reason"),
    [(reply(refused=True), "refused"), (reply('{"wo', truncated=True), "truncated")],
)
def test_a_refusal_or_a_cut_answer_is_the_end(flawed: Reply, reason: str) -> None:
    asked = Asked(flawed)

    assert asked.error.details["reason"] == reason
    assert len(asked.provider.asked) == 1


def test_a_busy_service_is_asked_again_after_waits_that_double() -> None:
    asked = Asked(Busy(503), Busy(None), reply())

    asked.clock.advance(0.49)
    assert len(asked.provider.asked) == 1
    asked.clock.advance(0.01)
    assert len(asked.provider.asked) == 2
    asked.clock.advance(1.0)
    assert asked.answer.value == RIGHT


def test_a_service_that_says_when_is_asked_then() -> None:
    asked = Asked(Busy(429, 7.0), reply())

    asked.clock.advance(7.4)
    assert not asked.results
    asked.clock.advance(0.1)
    assert asked.answer.value == RIGHT


@pytest.mark.parametrize(
    ("busy", "details"),
    [
        (Busy(429, 31.0), {"reason": "busy", "status": 429, "usage": []}),
        (Busy(None, 31.0), {"reason": "unreachable", "usage": []}),
    ],
)
def test_a_wait_beyond_the_time_is_not_waited(busy: Busy, details: dict[str, object]) -> None:
    asked = Asked(busy)

    assert asked.error.details == details
    assert asked.clock.getDelayedCalls() == []


def test_retries_are_bounded_in_number() -> None:
    asked = Asked(*[Busy(500, 0.0)] * 6)

    asked.clock.pump([0.5] * 6)
    assert asked.error.details["reason"] == "busy"
    assert len(asked.provider.asked) == 6


def test_what_the_provider_refuses_is_left_out_if_possible() -> None:
    assert Asked(Rejected(400, "", ""), reply(), adaptations=1).answer.value == RIGHT


@pytest.mark.parametrize(
    ("rejected", "reason"),
    [
        (Rejected(401, "invalid_api_key", "Incorrect key: sk-abc"), "unauthorized"),
        (Rejected(403, "", ""), "unauthorized"),
        (Rejected(404, "model_not_found", "no model at http://10.0.0.1"), "notFound"),
        (Rejected(400, "context_length_exceeded", "the page said …"), "rejected"),
        (Rejected(0, "certificate", ""), "rejected"),
    ],
)
def test_a_rejection_is_told_without_the_providers_words(rejected: Rejected, reason: str) -> None:
    error = Asked(rejected).error

    assert error.details == {
        "reason": reason,
        "status": rejected.status,
        "code": rejected.code,
        "usage": [],
    }
    assert not rejected.text or rejected.text not in f"{error.message} {error.details}"


def test_silence_ends_with_the_time_and_the_call_with_it() -> None:
    asked = Asked(NEVER, timeout=5)

    (call,) = asked.provider.calls
    asked.clock.advance(4.9)
    assert not asked.results
    asked.clock.advance(0.1)
    assert asked.error.details["reason"] == "timeout"
    assert call.aborted


def test_the_models_own_time_bounds_the_askers() -> None:
    asked = Asked(NEVER, timeout=600)

    assert asked.provider.calls[0].seconds == 61
    asked.clock.advance(60)
    assert asked.error.details["reason"] == "timeout"


def test_the_second_question_has_the_time_that_is_left() -> None:
    asked = Asked(Busy(500, 4.0), NEVER, timeout=5)

    asked.clock.advance(4.5)
    assert asked.provider.calls[1].seconds == 1.5


def test_without_time_nothing_is_asked() -> None:
    asked = Asked(reply(), timeout=0)

    assert asked.error.details["reason"] == "timeout"
    assert asked.provider.asked == []


def test_a_question_that_nobody_waits_for_any_more_is_given_up() -> None:
    asked = Asked(NEVER)

    asked.done.cancel()

    assert asked.results[0].check(CancelledError)
    assert asked.provider.calls[0].aborted
    assert asked.clock.getDelayedCalls() == []


def test_an_answered_call_is_not_aborted() -> None:
    assert not Asked(reply()).provider.calls[0].aborted


def test_other_refusals_keep_their_reason() -> None:
    assert Asked(ModelFailed("no", reason="notAllowed")).error.details["reason"] == "notAllowed"
