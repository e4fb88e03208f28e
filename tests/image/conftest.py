"""The built image, a Redis on loopback, and one running container for most tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.redis_server import redis_server
from chalice_app.wiring import Deps
from image.cache import BuiltImage, cache_of
from tests.fakes.api import SECRET, make_test_deps
from tests.fakes.api_user import Api
from tests.fakes.ports import free_port
from tests.image.container import ImageContainer

REPOSITORY = Path(__file__).resolve().parents[2]
_BUILT_SECONDS_MAX = 3_600
"""The first one waits for the build, and minutes become many where much else runs."""
EDITION = os.environ.get("WALLCRAWLER_IMAGE_BROWSER", "headless-shell")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these, of all there are."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.image)
            item.add_marker(pytest.mark.timeout(_BUILT_SECONDS_MAX))


@pytest.fixture(scope="session")
def image() -> BuiltImage:
    """The image of this working copy; built now unless it has been."""
    return cache_of(REPOSITORY, os.environ).image(EDITION)


@pytest.fixture(scope="session")
def loopback_redis() -> Iterator[str]:
    """`host:port` of a redis-server, as `REDIS_ENDPOINT` has it."""
    port = free_port()
    with redis_server(
        f"redis://127.0.0.1:{port}", "--bind", "127.0.0.1", "--port", str(port), "--dir", "/tmp"
    ):
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def container(image: BuiltImage, loopback_redis: str) -> Iterator[ImageContainer]:
    """The container that most tests share; those that end one start their own."""
    with start_container(image, loopback_redis) as running:
        yield running


@pytest.fixture
def deps(container: ImageContainer, loopback_redis: str) -> Deps:
    """The Chalice program's, with the container as the only one to place sessions in."""
    return make_test_deps(f"redis://{loopback_redis}")


@pytest.fixture
def api(deps: Deps) -> Api:
    """The REST API in front of the container."""
    return Api(deps)


def start_container(image: BuiltImage, redis: str, **environment: str) -> ImageContainer:
    """A container on that Redis, to be entered."""
    variables = {"REDIS_ENDPOINT": redis, "JWE_SECRET": SECRET, "WARM_BROWSERS": "1"}
    return ImageContainer(image, variables | environment, free_port())
