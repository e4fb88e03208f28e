"""The container's model and callers' own: who may ask what with whose key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from cdp_proxy.config import ProxyConfig
from cdp_proxy.core.actions.ports import Model
from cdp_proxy.transport.blocking import Blocking
from cdp_proxy.transport.models.asking import AskingModel
from cdp_proxy.transport.models.exchange import Provider
from cdp_proxy.transport.models.options import ModelOptions
from cdp_proxy.transport.reactor import Reactor
from shared import actions
from shared.actions import ModelProvider, ModelUse
from shared.errors import InvalidRequest

_THREADS_MAX = 16
"""Questions under way at once, in all sessions; more wait in line within their timeouts."""


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model for one request, and when it is to be asked."""

    model: Model
    use: ModelUse


@dataclass(frozen=True, slots=True)
class ConfiguredModel:
    """The operator's."""

    options: ModelOptions
    api_key: str | None = field(repr=False)


def configured_model(config: ProxyConfig) -> ConfiguredModel | None:
    """The model of the container's settings; None without one."""
    if config.model_provider is None or config.model_name is None:
        return None
    options = ModelOptions(
        provider=config.model_provider,
        name=config.model_name,
        base_url=config.model_base_url,
        region=config.model_region,
        timeout_seconds=config.model_timeout_seconds,
        use=config.model_use,
    )
    return ConfiguredModel(options, config.model_api_key)


class Models:
    """Gives each request its model."""

    def __init__(self, reactor: Reactor, configured: ConfiguredModel | None) -> None:
        """`configured` is None when the operator wants none; callers may bring their own still."""
        self._reactor = reactor
        self._blocking = Blocking(reactor, _THREADS_MAX, "models")
        self._configured = configured
        self._own: Model | None = None

    def start(self) -> None:
        """Make ready for questions."""
        self._blocking.start()

    def stop(self) -> None:
        """End the threads, after the questions under way."""
        self._blocking.stop()

    def choose(
        self, wanted: actions.ModelOptions, api_key: str | None = None
    ) -> ChosenModel | None:
        """The model for a request; None when there is none, or it is not to be used.

        The operator's key and AWS role only ever go where the operator's configuration points: a
        request that names another provider or address must bring a key of its own.

        Args:
            wanted: of the request; what is absent is as configured.
            api_key: of the request (`X-Model-API-Key`).

        Raises:
            InvalidRequest: it wants what it may not have, or says too little.
        """
        use = self._use(wanted, api_key)
        if use is ModelUse.NEVER:
            return None
        model = self._model(wanted, api_key)
        if model is None and use is ModelUse.ALWAYS:
            raise InvalidRequest("There is no model: none is configured.", field="model.use")
        return None if model is None else ChosenModel(model, use)

    def _model(self, wanted: actions.ModelOptions, api_key: str | None) -> Model | None:
        configured = self._configured
        if (
            configured is not None
            and wanted == actions.ModelOptions(use=wanted.use)
            and not api_key
        ):
            return self._operators_own(configured)
        options = self._options(wanted, api_key)
        if options is None:
            return None
        own_key = configured.api_key if configured is not None and not options.guarded else None
        return make_model(options, api_key or own_key, self._reactor, self._blocking)

    def _use(self, wanted: actions.ModelOptions, api_key: str | None) -> ModelUse:
        """`auto` is as configured, unless the caller brings another model."""
        brought = api_key or wanted.provider or wanted.base_url
        if wanted.use is ModelUse.AUTO and self._configured is not None and not brought:
            return self._configured.options.use
        return wanted.use

    def _operators_own(self, configured: ConfiguredModel) -> Model:
        """One for all requests: it remembers what its provider does not take."""
        if self._own is None:
            self._own = make_model(
                configured.options, configured.api_key, self._reactor, self._blocking
            )
        return self._own

    def _options(self, wanted: actions.ModelOptions, api_key: str | None) -> ModelOptions | None:
        """The request's over the operator's, or on their own."""
        configured = self._configured.options if self._configured is not None else None
        if configured is not None and _stays(wanted, configured):
            base = replace(configured, name=wanted.name or configured.name)
        elif wanted.provider is None and wanted.base_url is None:
            if wanted.name is None and api_key is None:
                return None
            raise InvalidRequest("Say which provider the model is of.", field="model.provider")
        else:
            base = _callers_own(wanted, api_key)
        if wanted.temperature is not None:
            base = replace(base, temperature=wanted.temperature)
        if wanted.max_output_tokens is not None:
            base = replace(base, max_output_tokens=wanted.max_output_tokens)
        return base


def make_model(
    options: ModelOptions, api_key: str | None, reactor: Reactor, blocking: Blocking
) -> Model:
    """The model behind a provider's interface; nothing is sent or loaded until it is asked.

    Args:
        options: which, and how.
        api_key: None where none is needed; for Bedrock, AWS's own credentials are used instead.
        reactor: for timeouts and waits.
        blocking: threads for requests; not those that serve Redis.

    Raises:
        InvalidRequest: the key cannot be one.
    """
    if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
        raise InvalidRequest(
            "The model's key has characters that no key has.", field="X-Model-API-Key"
        )
    return AskingModel(_provider(options, api_key), options, reactor, blocking)


def _provider(options: ModelOptions, api_key: str | None) -> Provider:
    match options.provider:
        case ModelProvider.OPENAI:
            from cdp_proxy.transport.models.openai import OpenAi  # noqa: PLC0415 - on demand

            return OpenAi(options=options, api_key=api_key)
        case ModelProvider.ANTHROPIC:
            from cdp_proxy.transport.models.anthropic import Anthropic  # noqa: PLC0415

            return Anthropic(options=options, api_key=api_key)
        case ModelProvider.BEDROCK:
            from cdp_proxy.transport.models.bedrock import Bedrock, client_for  # noqa: PLC0415

            seconds = options.timeout_seconds
            client = partial(client_for, options.region, options.base_url, seconds)
            return Bedrock(options=options, client=client)


def _stays(wanted: actions.ModelOptions, configured: ModelOptions) -> bool:
    """Whether a request goes where the operator's own questions go."""
    return wanted.provider in {None, configured.provider} and wanted.base_url in {
        None,
        configured.base_url,
    }


def _callers_own(wanted: actions.ModelOptions, api_key: str | None) -> ModelOptions:
    provider = wanted.provider or ModelProvider.OPENAI
    if provider is ModelProvider.BEDROCK:
        raise InvalidRequest(
            "Bedrock is asked with the container's AWS role, so only as the operator configured.",
            field="model.provider",
        )
    if wanted.name is None:
        raise InvalidRequest("Say which model of the provider.", field="model.name")
    if api_key is None and wanted.base_url is None:
        raise InvalidRequest("The provider wants a key: X-Model-API-Key.", field="X-Model-API-Key")
    return ModelOptions(provider=provider, name=wanted.name, base_url=wanted.base_url, guarded=True)
