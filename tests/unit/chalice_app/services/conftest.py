"""A container, and a session that it has."""

from __future__ import annotations

import pytest

from chalice_app.services.sessions import SessionService
from chalice_app.wiring import Deps
from shared.ids import SessionId
from shared.records import CreateSession
from tests.api_fixture import container
from tests.fakes.api import FakeContainer
from tests.fakes.records import OWNER

__all__ = ["container"]


@pytest.fixture
def session_id(deps: Deps, container: FakeContainer) -> SessionId:
    """Of a live session."""
    return SessionService(deps).create(OWNER, CreateSession()).spec.session_id
