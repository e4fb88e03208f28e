"""One running edition and one test site for the whole tier; sessions that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import pytest

from tests.integration import node_client
from tests.integration.acting import Actor, acting
from tests.integration.api import RemoteBrowser
from tests.integration.files import LargeFile, make_large_file
from tests.integration.node_client import NodeClient
from tests.integration.site import Site, SiteServer
from tests.integration.stack import Stack

NewSession = Callable[..., RemoteBrowser]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the editions that run have to say about a failure."""
    report = yield
    if report.failed:
        for stack in list(Stack.running):
            report.sections.append(("unusual in the logs of an edition", stack.unusual()))
    return report


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The edition most tests share; those that break it start their own."""
    with Stack("--max-sessions", "24") as running:
        yield running


@pytest.fixture(scope="session")
def full_stack() -> Iterator[Stack]:
    """An edition with full Chromium instead of the headless shell."""
    with Stack("--browser", "chromium", "--max-sessions", "2", "--warm", "0") as running:
        yield running


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The local test site."""
    server = SiteServer(tmp_path_factory.mktemp("site"))
    yield server.site
    server.stop()


@pytest.fixture
def new_session(stack: Stack) -> Iterator[NewSession]:
    """Creates sessions on the shared edition, and ends them after the test."""
    created: list[RemoteBrowser] = []

    def create(**body: object) -> RemoteBrowser:
        created.append(stack.api.create(**body))
        return created[-1]

    yield create
    for browser in created:
        stack.api.delete(browser.id)


@pytest.fixture
def remote(new_session: NewSession) -> RemoteBrowser:
    """A session of the test's own."""
    return new_session()


@pytest.fixture(scope="module")
def actor(stack: Stack, site: Site) -> Iterator[Actor]:
    """A session of a module's own, which is told what to do."""
    browser = stack.api.create()
    with acting(stack.api, site, browser) as one:
        yield one
    stack.api.delete(browser.id)


@pytest.fixture(scope="session")
def node() -> NodeClient:
    """Node with Puppeteer and Playwright."""
    return node_client.prepare()


@pytest.fixture(scope="session")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> LargeFile:
    """A file of 20 MB."""
    return make_large_file(tmp_path_factory.mktemp("upload"))
