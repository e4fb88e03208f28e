"""Titles, the tab in front, who waits for the same tab, and who holds the session."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.pages import TITLES_EVERY_SECONDS
from tests.fakes.attached_tab import ROOT, TAB, Asked
from tests.fakes.attached_tab import TabOfBrowser as Session


@pytest.fixture
def at() -> Session:
    return Session()


def watched(at: Session) -> list[str]:
    """Titles of the tab, one for each time that watchers were told."""
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    told: list[str] = []
    at.pages.watchers.add(lambda: told.append(at.pages.tabs.active.title))  # type: ignore[union-attr]
    return told


def titled(title: str) -> dict[str, Any]:
    return {"targetInfos": [{"targetId": "T1", "type": "page", "title": title, "url": "x"}]}


def test_titles_are_read_again_while_somebody_watches(at: Session) -> None:
    told = watched(at)
    at.browser.results["Target.getTargets"] = titled("Orders")
    at.pages.follow_titles()
    at.pages.follow_titles()
    at.browser.results["Target.getTargets"] = titled("Orders (1)")

    at.clock.pump([TITLES_EVERY_SECONDS, TITLES_EVERY_SECONDS])

    assert told == ["Orders", "Orders (1)"]
    assert at.browser.methods().count("Target.getTargets") == 3


def test_titles_are_not_read_for_nobody(at: Session) -> None:
    watched(at)
    at.browser.results["Target.getTargets"] = titled("Orders")
    at.pages.follow_titles()
    at.pages.watchers.clear()

    at.clock.advance(TITLES_EVERY_SECONDS)

    assert at.browser.methods().count("Target.getTargets") == 1
    assert at.clock.getDelayedCalls() == []


def test_titles_that_could_not_be_read_are_read_later(at: Session) -> None:
    told = watched(at)
    at.browser.errors["Target.getTargets"] = "busy"
    at.pages.follow_titles()
    at.browser.errors.clear()
    at.browser.results["Target.getTargets"] = titled("Orders")

    at.clock.advance(TITLES_EVERY_SECONDS)

    assert told == ["Orders"]


def test_those_who_want_a_tab_at_once_attach_it_once(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.silent.add("Target.setAutoAttach")
    first, second = Asked(at.pages.tab()), Asked(at.pages.tab("T1"))
    assert not second.ended

    at.browser.answer("Target.setAutoAttach")

    assert first.values == second.values
    assert first.values[0].session == TAB
    assert at.browser.methods().count("Target.attachToTarget") == 1


def test_who_waits_for_a_tab_that_cannot_be_attached_hears_so(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.silent.add("Target.attachToTarget")
    first, second = Asked(at.pages.tab()), Asked(at.pages.tab())

    at.clock.advance(10)

    assert [type(asked.errors[0]) for asked in (first, second)] == [CallFailed, CommandFailed]


def test_a_tab_that_could_not_be_attached_is_attached_anew(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.errors["Target.attachToTarget"] = "busy"
    assert Asked(at.pages.tab()).errors
    at.browser.errors.clear()

    (tab,) = Asked(at.pages.tab()).values

    assert not tab.closed


def test_who_is_cut_off_while_others_attach_does_not_disturb_them(at: Session) -> None:
    Deferred.fromCoroutine(at.pages.start())
    at.open_tab()
    at.browser.silent.add("Target.setAutoAttach")
    first = Asked(at.pages.tab())
    cut_off = Deferred.fromCoroutine(at.pages.tab())
    cut_off.addErrback(lambda failure: failure.trap(CancelledError))

    cut_off.cancel()
    at.browser.answer("Target.setAutoAttach")

    assert not first.values[0].closed


def test_a_tab_that_is_destroyed_is_closed(at: Session) -> None:
    tab = at.tab()

    at.browser.emit({"method": "Target.targetDestroyed", "params": {"targetId": "T1"}}, ROOT)

    assert tab.closed


def test_a_tab_that_has_closed_cannot_be_chosen(at: Session) -> None:
    at.tab()
    told: list[bool] = []
    at.pages.watchers.add(lambda: told.append(True))

    at.pages.choose("T9")

    assert told == []


class TestTheFront:
    def active(self, at: Session) -> str | None:
        active = at.pages.tabs.active
        return active.target_id if active is not None else None

    def test_the_tab_that_is_chosen_is_active_and_watchers_are_told(self, at: Session) -> None:
        told = watched(at)
        at.open_tab("T2")
        before = len(told)

        at.pages.choose("T1")

        assert self.active(at) == "T1"
        assert len(told) == before + 1

    def test_one_that_was_chosen_before_the_tabs_were_known_is_active_then(
        self, at: Session
    ) -> None:
        at.pages.choose("T1")
        at.browser.results["Target.setDiscoverTargets"] = lambda _: (
            at.open_tab("T1") or at.open_tab("T2") or {}
        )

        Deferred.fromCoroutine(at.pages.start())

        assert self.active(at) == "T1"

    def test_one_that_is_not_there_changes_nothing(self, at: Session) -> None:
        told = watched(at)
        before = len(told)

        at.pages.choose("T9")

        assert self.active(at) == "T1"
        assert len(told) == before
