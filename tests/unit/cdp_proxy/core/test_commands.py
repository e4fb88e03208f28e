from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.commands import (
    CdpCommand,
    HistoryEntry,
    activate_target,
    go_to_entry,
    history,
    set_locale_override,
    start_screencast,
)


def test_a_command_yields_its_request_and_takes_one_answer() -> None:
    command = set_locale_override("de_DE")

    assert next(command) == {
        "method": "Emulation.setLocaleOverride",
        "params": {"locale": "de_DE"},
    }
    with pytest.raises(StopIteration) as done:
        command.send({})
    assert done.value.value is None


def request_of(command: CdpCommand[Any]) -> dict[str, Any]:
    return next(command)


def test_a_screencast_has_no_more_bounds_than_are_wished() -> None:
    assert request_of(start_screencast("jpeg", 30, 640, None)) == {
        "method": "Page.startScreencast",
        "params": {"format": "jpeg", "quality": 30, "maxWidth": 640},
    }
    assert request_of(start_screencast("png", 30, None, 480))["params"] == {
        "format": "png",
        "maxHeight": 480,
    }


def test_history_is_where_one_is_and_all_of_it() -> None:
    command = history()
    next(command)
    entries = [{"id": 3, "url": "a", "title": "A", "userTypedURL": "a"}]

    with pytest.raises(StopIteration) as done:
        command.send({"currentIndex": 0, "entries": entries})

    assert done.value.value == (0, [HistoryEntry(3, "a", "A")])


@pytest.mark.parametrize(
    ("command", "request_made"),
    [
        (go_to_entry(3), {"method": "Page.navigateToHistoryEntry", "params": {"entryId": 3}}),
        (activate_target("T"), {"method": "Target.activateTarget", "params": {"targetId": "T"}}),
    ],
)
def test_simple_commands(command: CdpCommand[None], request_made: dict[str, Any]) -> None:
    assert request_of(command) == request_made
