"""The REST API over HTTP, with its collaborators."""

from __future__ import annotations

import pytest

from chalice_app.wiring import Deps
from tests.api_fixture import container, deps
from tests.fakes.api_user import Api

__all__ = ["container", "deps"]


@pytest.fixture
def api(deps: Deps) -> Api:
    """With the key that is known."""
    return Api(deps)
