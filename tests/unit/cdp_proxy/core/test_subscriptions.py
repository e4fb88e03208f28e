from __future__ import annotations

import pytest

from cdp_proxy.core.subscriptions import Subscriptions, domain_of

CONSOLE = "Runtime.consoleAPICalled"


@pytest.fixture
def wanted() -> Subscriptions:
    return Subscriptions()


@pytest.mark.parametrize("name", ["Network", "Network.requestWillBeSent"])
def test_the_domain_of_a_name(name: str) -> None:
    assert domain_of(name) == "Network"


@pytest.mark.parametrize(
    ("names", "tab", "reported"),
    [
        ([CONSOLE], None, True),
        (["Runtime"], None, True),
        (["Runtime"], "T1", True),
        (["Runtime"], "T2", False),
        (["Runtime.exceptionThrown"], None, False),
        (["Network", "Run"], None, False),
        ([], None, False),
    ],
)
def test_an_event_is_reported_if_it_or_its_domain_was_asked_for(
    wanted: Subscriptions, names: list[str], tab: str | None, reported: bool
) -> None:
    wanted.add(names, tab)

    assert wanted.wants(CONSOLE, "T1") is reported


def test_an_event_of_no_tab_is_reported_to_who_asked_for_all(wanted: Subscriptions) -> None:
    wanted.add(["Target"], None)
    wanted.add(["Browser"], "T1")

    assert wanted.wants("Target.targetCreated", None)
    assert not wanted.wants("Browser.downloadProgress", None)


def test_what_is_new_is_told(wanted: Subscriptions) -> None:
    assert wanted.add([CONSOLE], None) == (CONSOLE,)
    assert wanted.add([CONSOLE, "Network"], None) == ("Network",)
    assert wanted.add([CONSOLE], "T1") == (CONSOLE,)


def test_only_what_was_asked_for_by_that_name_is_taken_back(wanted: Subscriptions) -> None:
    wanted.add(["Runtime", CONSOLE], None)
    wanted.add([CONSOLE], "T1")

    wanted.remove(["Runtime", CONSOLE, "Network"], None)

    assert wanted.wants(CONSOLE, "T1")
    assert not wanted.wants(CONSOLE, "T2")
    assert len(wanted) == 1


def test_a_tab_has_domains_to_enable_until_they_are(wanted: Subscriptions) -> None:
    wanted.add(["Runtime", "Network.requestWillBeSent"], None)
    wanted.add(["Log"], "T2")

    assert wanted.news_for("T1") == {"Runtime", "Network"}
    wanted.enabled("T1", ["Runtime"])
    assert wanted.news_for("T1") == {"Network"}
    assert wanted.news_for("T2") == {"Runtime", "Network", "Log"}


def test_tabs_that_have_closed_are_forgotten(wanted: Subscriptions) -> None:
    wanted.add(["Runtime"], None)
    wanted.enabled("T1", ["Runtime"])
    wanted.enabled("T2", ["Runtime"])

    wanted.keep(["T2", "T3"])

    assert wanted.news_for("T1") == {"Runtime"}
    assert wanted.news_for("T2") == set()
