"""The caller's own key for a model's provider."""

import pytest

from chalice_app.rest.model_keys import parse_model_key
from shared import limits
from shared.errors import InvalidRequest


@pytest.mark.parametrize("header", [None, "sk-1", "k" * limits.MODEL_API_KEY_CHARS_MAX])
def test_a_models_key_is_taken_as_it_is(header: str | None) -> None:
    assert parse_model_key(header) == header


@pytest.mark.parametrize("header", ["", "k" * (limits.MODEL_API_KEY_CHARS_MAX + 1)])
def test_a_models_key_has_bounds(header: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_model_key(header)

    assert raised.value.details == {"field": "X-Model-API-Key"}
