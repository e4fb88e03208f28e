from __future__ import annotations

import pytest

from chalice_app.config import ConfigError
from chalice_app.wiring import cold_start
from tests.fakes.api import make_test_deps


def test_deps_work_on_the_configured_redis(redis_url: str) -> None:
    deps = make_test_deps(redis_url, clock=lambda: 5.0)

    deps.store.ping()
    assert deps.clock() == 5.0
    assert deps.new_session_id() != deps.new_session_id()


def test_a_cold_start_happens_once(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("REDIS_ENDPOINT", redis_url)
    monkeypatch.setenv("JWE_SECRET", "s" * 32)
    cold_start.cache_clear()

    assert cold_start() is cold_start()
    cold_start.cache_clear()


def test_an_incomplete_environment_stays_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JWE_SECRET", raising=False)
    cold_start.cache_clear()

    for _attempt in range(2):
        with pytest.raises(ConfigError, match="JWE_SECRET"):
            cold_start()
