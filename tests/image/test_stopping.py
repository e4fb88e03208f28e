"""SIGTERM: sessions may go on for a while, then nothing is left."""

from __future__ import annotations

import pytest

from image.cache import BuiltImage
from tests.fakes.api import make_test_deps
from tests.fakes.api_user import Api
from tests.image.conftest import start_container
from tests.image.container import STOP_SECONDS
from tests.integration.cdp import CdpClient
from tests.integration.waiting import wait_until


@pytest.fixture
def other_redis(loopback_redis: str) -> str:
    """A database of the same Redis, where no other container serves."""
    return f"redis://{loopback_redis}/1"


def test_it_drains_and_ends_with_its_last_session(image: BuiltImage, other_redis: str) -> None:
    with start_container(image, other_redis, DRAIN_SECONDS="600") as container:
        api = Api(make_test_deps(other_redis))
        created = api.data("POST", "/sessions", status=201)
        with CdpClient(created["connectUrl"]) as client:
            page = client.page()

            container.terminate()

            wait_until(lambda: container.health().status == 503, "draining")
            assert container.health().json()["draining"] is True
            assert container.run("/usr/bin/python3", "-m", "cdp_proxy.healthcheck").returncode == 1
            assert page.evaluate("6 * 7") == 42
            api.data("DELETE", f"/sessions/{created['sessionId']}")
            assert client.wait_closed()[0] == 1000
        assert container.process.wait(STOP_SECONDS) == 0, container.log()
        assert container.processes() == []
        assert [path for path in container.temporary.rglob("*") if path.is_file()] == []


def test_it_ends_sessions_that_do_not_end_in_time(image: BuiltImage, other_redis: str) -> None:
    with start_container(image, other_redis, DRAIN_SECONDS="0") as container:
        api = Api(make_test_deps(other_redis))
        created = api.data("POST", "/sessions", status=201)
        with CdpClient(created["connectUrl"]) as client:
            client.page()

            container.terminate()

            assert client.wait_closed()[0] == 1001
        assert container.process.wait(STOP_SECONDS) == 0, container.log()
        assert container.processes() == []
        assert [path for path in container.temporary.rglob("*") if path.is_file()] == []
        session = api.data("GET", f"/sessions/{created['sessionId']}")
        assert (session["status"], session["endReason"]) == ("ended", "container_stopped")
