from __future__ import annotations

from cdp_proxy.transport.models.options import ModelOptions
from shared.actions import ModelProvider, ModelUse


def test_provider_and_name_are_enough() -> None:
    options = ModelOptions(provider=ModelProvider.OPENAI, name="m")

    assert options.use is ModelUse.AUTO
    assert options.temperature is None
    assert not options.guarded
