"""Which model is asked, how, and how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.actions import ModelProvider, ModelUse

OUTPUT_TOKENS_DEFAULT = 4_096
TIMEOUT_SECONDS_DEFAULT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """One model; its key is not in here."""

    provider: ModelProvider
    name: str
    """The provider's own name of it."""
    base_url: str | None = None
    """Where an HTTP interface is served; None for the provider's own."""
    region: str | None = None
    """Of Bedrock."""
    temperature: float | None = None
    """None leaves it out: many models take none."""
    max_output_tokens: int = OUTPUT_TOKENS_DEFAULT
    timeout_seconds: float = TIMEOUT_SECONDS_DEFAULT
    """For one question, retries and repair included."""
    use: ModelUse = ModelUse.AUTO
    guarded: bool = False
    """Whether `base_url` is a caller's: then link-local addresses, where clouds serve credentials
    and metadata, are out of reach."""

    @property
    def temperature_field(self) -> Mapping[str, float]:
        """As all providers spell it; empty where it is left out."""
        return {} if self.temperature is None else {"temperature": self.temperature}

    def without_temperature(self) -> ModelOptions:
        """For a model that takes none."""
        return replace(self, temperature=None)
