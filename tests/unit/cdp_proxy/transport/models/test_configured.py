from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, globalLogPublisher
from twisted.trial.unittest import TestCase

from cdp_proxy.config import ProxyConfig
from cdp_proxy.core.actions.ports import Model, ModelAnswer, Prompt
from cdp_proxy.transport.models.asking import AskingModel
from cdp_proxy.transport.models.configured import (
    ChosenModel,
    ConfiguredModel,
    Models,
    configured_model,
)
from cdp_proxy.transport.models.options import ModelOptions
from cdp_proxy.transport.reactor import Reactor
from shared import actions
from shared.actions import ModelProvider, ModelUse
from shared.errors import InvalidRequest, ModelFailed
from tests.fakes.model_server import Behaviour, answer, hang, serving
from tests.fakes.model_wire import (
    KEY,
    RIGHT,
    SCHEMA,
    anthropic_answer,
    openai_answer,
    openai_error,
)
from tests.fakes.reactor import installed_reactor

PROMPT = Prompt(system="Be brief.", request="Say a word.", page="[0] button", schema=SCHEMA)
OPERATORS = ModelOptions(
    provider=ModelProvider.OPENAI, name="own", base_url="http://llm.internal/v1", use=ModelUse.AUTO
)
Wanted = actions.ModelOptions


def models(options: ModelOptions | None = OPERATORS, key: str | None = "operator") -> Models:
    configured = None if options is None else ConfiguredModel(options, key)
    return Models(cast("Reactor", installed_reactor()), configured)


def provider_of(chosen: ChosenModel | None) -> Any:
    assert chosen is not None
    assert isinstance(chosen.model, AskingModel)
    return chosen.model._provider


def config(**env: str) -> ProxyConfig:
    return ProxyConfig.from_env({"REDIS_ENDPOINT": "r", "JWE_SECRET": "s" * 32, **env})


def test_the_operators_model_is_the_one_of_the_settings() -> None:
    settings = config(
        MODEL_PROVIDER="openai",
        MODEL_NAME="own",
        MODEL_BASE_URL="http://llm.internal/v1",
        MODEL_API_KEY="operator",
    )

    assert configured_model(settings) == ConfiguredModel(OPERATORS, "operator")


def test_without_settings_there_is_none() -> None:
    assert configured_model(config()) is None


def test_a_plain_request_gets_the_operators_model_always_the_same() -> None:
    container = models()

    chosen = container.choose(Wanted())

    provider = provider_of(chosen)
    assert chosen is not None
    assert (provider.options, provider.api_key) == (OPERATORS, "operator")
    assert chosen.use is ModelUse.AUTO
    assert container.choose(Wanted()) == chosen


def test_nobody_configured_one_and_nobody_brought_one() -> None:
    assert models(None).choose(Wanted()) is None


def test_always_without_a_model_is_an_error() -> None:
    with pytest.raises(InvalidRequest, match="none is configured"):
        models(None).choose(Wanted(use=ModelUse.ALWAYS))


@pytest.mark.parametrize(
    ("configured", "wanted", "use"),
    [
        (ModelUse.ALWAYS, ModelUse.AUTO, ModelUse.ALWAYS),
        (ModelUse.ALWAYS, ModelUse.NEVER, None),
        (ModelUse.NEVER, ModelUse.AUTO, None),
        (ModelUse.NEVER, ModelUse.ALWAYS, ModelUse.ALWAYS),
    ],
)
def test_when_a_model_is_used_is_the_operators_default(
    configured: ModelUse, wanted: ModelUse, use: ModelUse | None
) -> None:
    options = ModelOptions(provider=ModelProvider.OPENAI, name="own", use=configured)

    chosen = models(options).choose(Wanted(use=wanted))

    assert (chosen and chosen.use) == use


def test_what_a_request_changes_of_the_operators_model_stays_where_it_was() -> None:
    wanted = Wanted(name="other", temperature=0.2, max_output_tokens=9)

    provider = provider_of(models().choose(wanted))

    assert provider.api_key == "operator"
    assert provider.options.base_url == "http://llm.internal/v1"
    assert (provider.options.name, provider.options.temperature) == ("other", 0.2)
    assert provider.options.max_output_tokens == 9
    assert not provider.options.guarded


def test_a_callers_key_goes_before_the_operators() -> None:
    assert provider_of(models().choose(Wanted(), "mine")).api_key == "mine"


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(name="m", base_url="http://evil.example/v1"),
        Wanted(name="m", provider=ModelProvider.OPENAI, base_url="http://llm.internal/v1/../x"),
        Wanted(name="m", provider=ModelProvider.ANTHROPIC, base_url="http://llm.internal/v1"),
    ],
)
def test_the_operators_key_goes_nowhere_else(wanted: actions.ModelOptions) -> None:
    provider = provider_of(models().choose(wanted))

    assert provider.api_key is None
    assert provider.options.guarded


def test_a_caller_may_bring_model_and_key() -> None:
    wanted = Wanted(provider=ModelProvider.ANTHROPIC, name="claude-sonnet-4-5")

    chosen = models(None).choose(wanted, KEY)

    assert provider_of(chosen).api_key == KEY
    assert chosen is not None
    assert KEY not in repr(chosen)


@pytest.mark.parametrize(
    ("wanted", "key", "field"),
    [
        (Wanted(name="m"), None, "model.provider"),
        (Wanted(), KEY, "model.provider"),
        (Wanted(provider=ModelProvider.BEDROCK, name="m"), KEY, "model.provider"),
        (Wanted(provider=ModelProvider.OPENAI), KEY, "model.name"),
        (Wanted(provider=ModelProvider.OPENAI, name="m"), None, "X-Model-API-Key"),
        (Wanted(provider=ModelProvider.OPENAI, name="m"), "a\r\nHost: b", "X-Model-API-Key"),
        (Wanted(provider=ModelProvider.OPENAI, name="m"), "ключ", "X-Model-API-Key"),
    ],
)
def test_what_does_not_do_is_said(
    wanted: actions.ModelOptions, key: str | None, field: str
) -> None:
    with pytest.raises(InvalidRequest) as error:
        models(None).choose(wanted, key)

    assert error.value.details["field"] == field
    assert key is None or key not in error.value.message


def test_bedrock_is_the_operators_only() -> None:
    options = ModelOptions(provider=ModelProvider.BEDROCK, name="nova", region="eu-central-1")

    provider = provider_of(models(options, None).choose(Wanted(name="other")))
    with pytest.raises(InvalidRequest):
        models(options, None).choose(
            Wanted(provider=ModelProvider.BEDROCK, name="m", base_url="http://evil.example")
        )

    assert provider.options.name == "other"


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(ConfiguredModel(OPERATORS, KEY))
    assert KEY not in repr(models(key=KEY).choose(Wanted()))


class TestOverTheWire(TestCase):
    """From a request to a service's socket and back, through real threads."""

    def setUp(self) -> None:
        self.models = models(None)
        self.models.start()
        self.addCleanup(self.models.stop)
        self.logged: list[LogEvent] = []
        globalLogPublisher.addObserver(self.logged.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.logged.append)

    def model(self, provider: ModelProvider, url: str) -> Model:
        chosen = self.models.choose(Wanted(provider=provider, name="m", base_url=url), KEY)
        assert chosen is not None
        return chosen.model

    async def asked(
        self, *script: Behaviour, provider: ModelProvider = ModelProvider.OPENAI, seconds: float = 9
    ) -> ModelAnswer:
        with serving(*script) as server:
            try:
                return await self.model(provider, server.url).ask(PROMPT, seconds)
            finally:
                self.received = server.received

    async def failed(self, *script: Behaviour, seconds: float = 9) -> ModelFailed:
        with self.assertRaises(ModelFailed) as caught:
            await self.asked(*script, seconds=seconds)
        error = caught.exception
        self.assertNotIn(KEY, f"{error!r} {error.details} {self.logged}")
        return cast("ModelFailed", error)

    async def test_too_many_requests_and_then_an_answer(self) -> None:
        body = openai_error("Rate limit reached", "rate_limit_exceeded")
        busy = answer(body, "429 Too Many Requests", {"Retry-After": "1"})
        began = installed_reactor().seconds()

        done = await self.asked(busy, answer(openai_answer()))

        self.assertEqual(done.value, RIGHT)
        self.assertGreaterEqual(installed_reactor().seconds() - began, 1)
        self.assertEqual(len(self.received), 2)

    async def test_a_malformed_answer_and_then_a_right_one(self) -> None:
        wrong = {"type": "tool_use", "id": "toolu_1", "name": "answer", "input": {"word": 1}}

        done = await self.asked(
            answer(anthropic_answer(wrong)),
            answer(anthropic_answer()),
            provider=ModelProvider.ANTHROPIC,
        )

        self.assertEqual(done.value, RIGHT)
        self.assertEqual([one.input_tokens for one in done.usage], [42, 42])
        complaint = self.received[1].body["messages"][2]["content"][0]["content"]
        self.assertIn("At $.word: 1 is not of type 'string'", complaint)

    async def test_half_an_answer_and_then_a_whole_one(self) -> None:
        done = await self.asked(answer(openai_answer())[:-20], answer(openai_answer()))

        self.assertEqual(done.value, RIGHT)

    async def test_a_server_that_takes_no_schema_is_asked_in_words(self) -> None:
        refusal = answer(openai_error("unknown field response_format"), "400 Bad Request")

        done = await self.asked(
            refusal, refusal, refusal, answer(openai_answer('```json\n{"word": "yes"}\n```'))
        )

        self.assertEqual(done.value, RIGHT)
        self.assertNotIn("response_format", self.received[3].body)

    async def test_a_refusal(self) -> None:
        error = await self.failed(answer(openai_answer(None, refusal="I can't help with that.")))

        self.assertEqual(error.details["reason"], "refused")
        self.assertEqual(
            error.details["usage"], [{"model": "m", "inputTokens": 19, "outputTokens": 10}]
        )

    async def test_silence(self) -> None:
        error = await self.failed(hang, seconds=0.2)

        self.assertEqual(error.details["reason"], "timeout")

    async def test_a_wrong_key_which_the_service_repeats(self) -> None:
        body = openai_error(f"Incorrect API key provided: {KEY}.", "invalid_api_key")

        error = await self.failed(answer(body, "401 Unauthorized"))

        self.assertEqual(error.details["reason"], "unauthorized")

    async def test_nobody_there(self) -> None:
        model = self.model(ModelProvider.OPENAI, "http://127.0.0.1:1")

        with self.assertRaises(ModelFailed) as caught:
            await model.ask(PROMPT, 2.0)

        self.assertEqual(caught.exception.details["reason"], "unreachable")

    async def test_metadata_out_of_a_callers_reach(self) -> None:
        model = self.model(ModelProvider.OPENAI, "http://169.254.169.254/latest")

        with self.assertRaises(ModelFailed) as caught:
            await model.ask(PROMPT, 5)

        self.assertEqual(caught.exception.details["reason"], "notAllowed")

    async def test_a_session_that_ends_frees_its_thread(self) -> None:
        with serving(hang) as server:
            asking: Any = self.model(ModelProvider.OPENAI, server.url).ask(PROMPT, 60)
            done: Deferred[ModelAnswer] = Deferred.fromCoroutine(asking)
            done.addErrback(lambda _: None)
            while not server.received:
                tick: Deferred[None] = Deferred()
                installed_reactor().callLater(0.01, tick.callback, None)
                await tick

            done.cancel()  # stopping the threads, in the clean-up, waits for the one that asks
