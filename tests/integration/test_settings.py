"""`browserSettings`, as a page and a web server see them: at start, later on, and in a popup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.cdp import CdpClient, Page
from tests.integration.conftest import NewSession
from tests.integration.forward_proxy import ForwardProxy
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

USER_AGENT = "WallCrawlerTest/1.0 (integration)"
SETTINGS = {
    "viewport": {"width": 801, "height": 603},
    "userAgent": USER_AGENT,
    "locale": "de-DE",
    "timezoneId": "Asia/Kathmandu",
    "extraHTTPHeaders": {"X-Team": "crawlers", "X-Second": "two"},
}
KATHMANDU_MINUTES = -345

_FACTS = """(async () => ({
  width: innerWidth,
  height: innerHeight,
  screen: [screen.width, screen.height],
  window: [outerWidth, outerHeight],
  userAgent: navigator.userAgent,
  language: navigator.language,
  languages: navigator.languages,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  locale: Intl.DateTimeFormat().resolvedOptions().locale,
  number: (1234.5).toLocaleString(),
  offset: new Date().getTimezoneOffset(),
  fetched: await (await fetch('/headers')).json(),
  worker: await new Promise((resolve) => {
    const code = `fetch('${origin}/headers').then((answer) => answer.json()).then(async (headers) =>
      postMessage({headers, language: navigator.language, userAgent: navigator.userAgent}))`;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = (message) => resolve(message.data);
  }),
}))()"""


@dataclass
class Opened:
    """A page of the session, and the tag of the requests it made."""

    page: Page
    tag: str
    facts: dict[str, Any]


def _first(client: CdpClient, site: Site) -> Page:
    page = client.page()
    page.navigate(site.url("/?tag=first"))
    return page


def _later(client: CdpClient, site: Site) -> Page:
    page = client.new_page()
    page.navigate(site.url("/?tag=later"))
    return page


def _popup(client: CdpClient, site: Site) -> Page:
    opener = client.new_page()
    opener.navigate(site.url("/plain"))
    client.call("Target.setDiscoverTargets", {"discover": True})
    params = {"expression": f"window.open('{site.url('/?tag=popup')}'); 0", "userGesture": True}
    client.call("Runtime.evaluate", params, opener.session_id)
    event = client.wait_event(
        "Target.targetInfoChanged",
        wanted=lambda found: found["targetInfo"]["url"].endswith("tag=popup"),
    )
    popup = client.attach(event["targetInfo"]["targetId"])
    wait_until(lambda: popup.evaluate(_POPUP_IS_THERE), "the popup")
    return popup


_POPUP_IS_THERE = "location.search === '?tag=popup' && document.readyState === 'complete'"
_OPENERS = {"first": _first, "later": _later, "popup": _popup}


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[CdpClient]:
    """A client of one session with all settings."""
    browser = stack.api.create(browserSettings=SETTINGS)
    with CdpClient(browser.connect_url) as connected:
        yield connected
    stack.api.delete(browser.id)


@pytest.fixture(scope="module", params=list(_OPENERS))
def opened(client: CdpClient, site: Site, request: pytest.FixtureRequest) -> Opened:
    """Each of the ways a page comes to be."""
    page = _OPENERS[request.param](client, site)
    site.request_for(f"/frame?tag={request.param}-nested")
    return Opened(page, request.param, page.evaluate(_FACTS))


def test_a_page_has_the_viewport(opened: Opened) -> None:
    assert (opened.facts["width"], opened.facts["height"]) == (801, 603)
    assert opened.facts["screen"] == opened.facts["window"]


def test_a_page_and_its_worker_have_the_user_agent(opened: Opened) -> None:
    assert opened.facts["userAgent"] == USER_AGENT
    assert opened.facts["worker"]["userAgent"] == USER_AGENT


def test_a_page_and_its_worker_speak_the_language(opened: Opened) -> None:
    assert opened.facts["language"] == "de-DE"
    assert opened.facts["languages"][0] == "de-DE"
    assert opened.facts["worker"]["language"] == "de-DE"


def test_a_page_formats_as_its_locale_does(opened: Opened) -> None:
    assert opened.facts["locale"] == "de-DE"
    assert opened.facts["number"] == "1.234,5"


def test_a_page_lives_in_the_time_zone(opened: Opened) -> None:
    assert opened.facts["timeZone"] in {"Asia/Kathmandu", "Asia/Katmandu"}
    assert opened.facts["offset"] == KATHMANDU_MINUTES


@pytest.mark.parametrize("path", ["/?tag={}", "/frame?tag={}", "/frame?tag={}-nested"])
def test_documents_are_asked_for_with_every_header(opened: Opened, site: Site, path: str) -> None:
    headers = site.request_for(path.format(opened.tag)).headers

    _has_all(headers)


@pytest.mark.parametrize("where", ["fetched", "worker"])
def test_scripts_fetch_with_every_header(opened: Opened, where: str) -> None:
    found = opened.facts[where]

    _has_all(found["headers"] if where == "worker" else found)


def _has_all(headers: Any) -> None:
    assert headers["x-team"] == "crawlers"
    assert headers["x-second"] == "two"
    assert headers["user-agent"] == USER_AGENT
    assert headers["accept-language"].startswith("de-DE,de")


def test_a_session_without_settings_has_the_defaults(new_session: NewSession, site: Site) -> None:
    with CdpClient(new_session().connect_url) as connected:
        page = connected.page()
        page.navigate(site.url("/plain"))
        facts = page.evaluate(_FACTS)

    assert (facts["width"], facts["height"]) == (1280, 720)
    assert facts["language"] == "en-US"
    assert "x-team" not in facts["fetched"]
    assert "Chrome/" in facts["userAgent"]


def test_the_settings_are_shown_as_they_were_given(stack: Stack, new_session: NewSession) -> None:
    browser = new_session(browserSettings=SETTINGS)

    shown = stack.api.get(browser.id)["browserSettings"]

    assert {name: shown[name] for name in SETTINGS} == SETTINGS


def test_all_traffic_goes_through_the_proxy_loopback_and_https_too(
    new_session: NewSession, site: Site
) -> None:
    with ForwardProxy() as proxy:
        settings = {"proxy": {"server": proxy.url}, "ignoreCertificateErrors": True}
        with CdpClient(new_session(browserSettings=settings).connect_url) as connected:
            page = connected.page()
            page.navigate(site.url("/plain?through=proxy"))
            page.navigate(site.other_origin + "/plain?through=proxy")
            page.navigate(site.secure_origin + "/plain?through=tunnel")
            popup = connected.new_page(site.url("/plain?through=proxy&in=popup"))
            site.request_for("/plain?through=proxy&in=popup")
            popup.evaluate("1")

    assert ("GET", site.url("/plain?through=proxy")) in proxy.asked
    assert ("GET", site.other_origin + "/plain?through=proxy") in proxy.asked
    assert ("GET", site.url("/plain?through=proxy&in=popup")) in proxy.asked
    assert ("CONNECT", f"127.0.0.1:{site.secure_port}") in proxy.asked


def test_what_the_proxy_is_to_be_bypassed_for_goes_directly(
    new_session: NewSession, site: Site
) -> None:
    with ForwardProxy() as proxy:
        settings = {"proxy": {"server": proxy.url, "bypass": ["localhost"]}}
        with CdpClient(new_session(browserSettings=settings).connect_url) as connected:
            page = connected.page()
            page.navigate(site.other_origin + "/plain?past=proxy")
            page.navigate(site.url("/plain?past=not"))

    assert [target for _, target in proxy.asked if "past=" in target] == [
        site.url("/plain?past=not")
    ]


def test_without_a_proxy_setting_none_is_used(
    new_session: NewSession, site: Site, stack: Stack
) -> None:
    with CdpClient(new_session().connect_url) as connected:
        connected.page().navigate(site.url("/plain?direct"))

    assert "proxy-connection" not in site.request_for("/plain?direct").headers


def test_certificate_errors_are_ignored_only_on_request(
    new_session: NewSession, site: Site
) -> None:
    lenient = new_session(browserSettings={"ignoreCertificateErrors": True})
    with CdpClient(lenient.connect_url) as connected:
        page = connected.page()
        page.navigate(site.secure_origin + "/plain")
        assert page.evaluate("document.title") == "plain"

    with CdpClient(new_session().connect_url) as connected:
        page = connected.page()
        result = page.call("Page.navigate", {"url": site.secure_origin + "/plain"})
        assert result["errorText"] == "net::ERR_CERT_AUTHORITY_INVALID"


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/"]
)
def test_metadata_addresses_are_out_of_reach(new_session: NewSession, address: str) -> None:
    with CdpClient(new_session().connect_url) as connected:
        result = connected.page().call("Page.navigate", {"url": address})

    assert result["errorText"] == "net::ERR_NAME_NOT_RESOLVED"


@pytest.mark.parametrize("way", list(_OPENERS))
def test_full_chromium_honours_the_settings_too(full_stack: Stack, site: Site, way: str) -> None:
    browser = full_stack.api.create(browserSettings=SETTINGS)
    with CdpClient(browser.connect_url) as connected:
        facts = _OPENERS[way](connected, site).evaluate(_FACTS)
    full_stack.api.delete(browser.id)

    assert (facts["width"], facts["height"]) == (801, 603)
    assert facts["screen"] == facts["window"]
    assert (facts["userAgent"], facts["language"], facts["locale"]) == (
        USER_AGENT,
        "de-DE",
        "de-DE",
    )
    assert facts["offset"] == KATHMANDU_MINUTES
    _has_all(facts["fetched"])
    _has_all(facts["worker"]["headers"])
