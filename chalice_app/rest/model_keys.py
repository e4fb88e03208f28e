"""The caller's own key for a model's provider, which travels beside the body."""

from __future__ import annotations

from shared import limits
from shared.errors import InvalidRequest

MODEL_KEY_HEADER = "X-Model-API-Key"


def parse_model_key(header: str | None) -> str | None:
    """The caller's key for the model's provider, from `X-Model-API-Key`.

    Raises:
        InvalidRequest: it is empty or too long.
    """
    if header is not None and not 1 <= len(header) <= limits.MODEL_API_KEY_CHARS_MAX:
        raise InvalidRequest(
            f"{MODEL_KEY_HEADER} must have 1 to {limits.MODEL_API_KEY_CHARS_MAX} characters.",
            field=MODEL_KEY_HEADER,
        )
    return header
