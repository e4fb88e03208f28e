"""Puppeteer, unmodified, on a remote browser."""

from __future__ import annotations

from tests.integration.conftest import NewSession
from tests.integration.files import LargeFile
from tests.integration.node_client import NodeClient
from tests.integration.site import DOWNLOAD_BYTES, TALL_PAGE_PX, Site
from tests.integration.stack import Stack

CLIENT = "puppeteer"


def test_it_clicks_and_types_inside_cross_origin_iframes(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(
        CLIENT,
        "frames",
        connectUrl=new_session().connect_url,
        origin=site.origin,
        other=site.other_origin,
    )

    assert facts == {
        "pages": 1,
        "title": "home",
        "clicked": "clicked 2",
        "typed": "typed across origins",
        "frameOrigin": site.other_origin,
    }


def test_it_reaches_an_iframe_inside_an_iframe_of_another_origin(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(CLIENT, "nested", connectUrl=new_session().connect_url, origin=site.origin)

    assert facts == {"clicked": "clicked 1"}


def test_it_fills_in_and_sends_a_form(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(CLIENT, "form", connectUrl=new_session().connect_url, origin=site.origin)

    assert facts == {"name": "Ada", "colour": "Blue", "agree": "on"}


def test_it_uploads_twenty_megabytes(
    node: NodeClient, new_session: NewSession, site: Site, large_file: LargeFile
) -> None:
    facts = node.facts(
        CLIENT,
        "upload",
        connectUrl=new_session().connect_url,
        origin=site.origin,
        file=str(large_file.path),
    )

    assert facts.pop("refusal").endswith("upload it to the session first.")
    assert facts == {"size": large_file.size, "sha256": large_file.sha256}


def test_it_sees_a_download_through(node: NodeClient, new_session: NewSession, site: Site) -> None:
    facts = node.facts(CLIENT, "download", connectUrl=new_session().connect_url, origin=site.origin)

    assert facts == {"name": "report.bin", "state": "completed", "bytes": DOWNLOAD_BYTES}


def test_it_takes_a_full_page_screenshot_and_a_pdf(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(CLIENT, "pictures", connectUrl=new_session().connect_url, origin=site.origin)

    assert (facts["pngMagic"], facts["pdfMagic"]) == ("PNG", "%PDF-")
    assert (facts["width"], facts["height"]) == (facts["viewport"], TALL_PAGE_PX)
    assert facts["pdfBytes"] > 5_000


def test_it_follows_popups_of_links_and_of_scripts(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(CLIENT, "popups", connectUrl=new_session().connect_url, origin=site.origin)

    assert facts == {"titles": ["popup", "popup"], "pages": 3}


def test_its_contexts_do_not_share_cookies(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(CLIENT, "contexts", connectUrl=new_session().connect_url, origin=site.origin)

    assert facts == {"own": "who=one", "foreign": ""}


def test_it_comes_back_to_the_same_url_and_finds_everything_as_it_was(
    node: NodeClient, new_session: NewSession, site: Site
) -> None:
    facts = node.facts(
        CLIENT, "reconnect", connectUrl=new_session().connect_url, origin=site.origin
    )

    assert facts == {
        "wasConnected": False,
        "url": site.url("/cookie/set?name=kept&value=yes"),
        "variable": 42,
        "cookies": ["kept=yes"],
    }


def test_its_close_ends_a_session_without_keep_alive(
    stack: Stack, node: NodeClient, new_session: NewSession
) -> None:
    browser = new_session(keepAlive=False)

    facts = node.facts(CLIENT, "close", connectUrl=browser.connect_url)

    assert facts == {"connected": False}
    stack.wait_ended(browser, status="ended", reason="browser_closed")


def test_its_close_leaves_a_session_with_keep_alive_running(
    stack: Stack, node: NodeClient, new_session: NewSession
) -> None:
    browser = new_session()

    facts = node.facts(CLIENT, "close", connectUrl=browser.connect_url)

    assert facts == {"connected": False}
    assert stack.status(browser) == ("active", None)
