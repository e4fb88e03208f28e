"""The same clients on full Chromium: what they find does not depend on the browser's edition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api import RemoteBrowser
from tests.integration.files import LargeFile
from tests.integration.node_client import NodeClient
from tests.integration.site import TALL_PAGE_PX, Site
from tests.integration.stack import Stack

pytestmark = pytest.mark.parametrize("client", ["playwright", "puppeteer"])


@pytest.fixture
def browser(full_stack: Stack) -> Iterator[RemoteBrowser]:
    created = full_stack.api.create()
    yield created
    full_stack.api.delete(created.id)


def _facts(
    node: NodeClient, client: str, scenario: str, browser: RemoteBrowser, site: Site, **more: str
) -> Any:
    return node.facts(client, scenario, connectUrl=browser.connect_url, origin=site.origin, **more)


def test_cross_origin_iframes_take_clicks_and_keys(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "frames", browser, site, other=site.other_origin)

    assert facts["clicked"] == "clicked 2"
    assert facts["typed"] == "typed across origins"
    assert facts["pages"] == 1


def test_twenty_megabytes_are_uploaded(
    node: NodeClient, browser: RemoteBrowser, site: Site, large_file: LargeFile, client: str
) -> None:
    facts = _facts(node, client, "upload", browser, site, file=str(large_file.path))

    assert (facts["size"], facts["sha256"]) == (large_file.size, large_file.sha256)


def test_a_download_is_seen_through(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "download", browser, site)

    assert facts["name"] == "report.bin"
    assert facts.get("failure") is None
    assert facts.get("state", "completed") == "completed"


def test_pictures_are_whole(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "pictures", browser, site)

    assert (facts["pngMagic"], facts["pdfMagic"]) == ("PNG", "%PDF-")
    assert (facts["width"], facts["height"]) == (facts["viewport"], TALL_PAGE_PX)


def test_popups_are_followed(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "popups", browser, site)

    assert facts == {"titles": ["popup", "popup"], "pages": 3}


def test_contexts_are_apart(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "contexts", browser, site)

    assert facts == {"own": "who=one", "foreign": ""}


def test_state_outlives_a_connection(
    node: NodeClient, browser: RemoteBrowser, site: Site, client: str
) -> None:
    facts = _facts(node, client, "reconnect", browser, site)

    assert facts["variable"] == 42
    assert facts["cookies"] == ["kept=yes"]
