"""A session's files, and a page of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.cdp import CdpClient, Page
from tests.integration.conftest import NewSession
from tests.integration.session_files.files import Files
from tests.integration.site import Site
from tests.integration.stack import Stack


@pytest.fixture
def files(stack: Stack, new_session: NewSession) -> Files:
    return Files(stack, new_session())


@pytest.fixture
def page(files: Files, site: Site) -> Iterator[Page]:
    """A page of the test site, through a raw client that asks for nothing about downloads."""
    with CdpClient(files.browser.connect_url) as client:
        page = client.page()
        page.navigate(site.url("/plain"))
        yield page
