"""What clients read, as JSON."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from shared.envelope import encode
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import (
    Accepted,
    ActionResult,
    CdpEvent,
    CdpResponse,
    ControlInfo,
    ControlState,
    DialogState,
    Hello,
    InputResult,
    Outgoing,
    ScreencastFrame,
    ScreencastIdle,
    ScreencastStarted,
    ScreencastStats,
    ScreencastStopped,
    SessionEnded,
    Subscribed,
    TabResult,
    Tabs,
    TabView,
)

CONTROL = ControlInfo(holder="agent")
TAB = TabView(target_id="T", title="Home", url="https://a.test/")


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (CdpResponse(id=1, result=Raw(b"{}")), {"type": "CDP_RESPONSE", "id": 1, "result": {}}),
        (
            CdpResponse(id=1, error=Raw(b'{"code":-32601}')),
            {"type": "CDP_RESPONSE", "id": 1, "error": {"code": -32601}},
        ),
        (
            CdpEvent(method="Page.loadEventFired", params=Raw(b"{}"), target_id="T"),
            {
                "type": "CDP_EVENT",
                "method": "Page.loadEventFired",
                "params": {},
                "targetId": "T",
            },
        ),
        (
            ActionResult(id="a", action="act", result=Raw(b'{"url":""}')),
            {"type": "ACTION_RESULT", "id": "a", "action": "act", "result": {"url": ""}},
        ),
        (InputResult(id=None), {"type": "INPUT_RESULT", "id": None}),
        (Accepted(id=2), {"type": "ACCEPTED", "id": 2}),
        (Subscribed(id=2, events=("Log",)), {"type": "SUBSCRIBED", "id": 2, "events": ["Log"]}),
        (ScreencastIdle(idle=False), {"type": "SCREENCAST_IDLE", "idle": False}),
        (TabResult(id=2, target_id=None), {"type": "TAB_RESULT", "id": 2, "targetId": None}),
        (DialogState(target_id="T"), {"type": "DIALOG", "targetId": "T"}),
        (
            SessionEnded(reason="released", message="Over."),
            {"type": "SESSION_ENDED", "reason": "released", "message": "Over."},
        ),
        (
            Tabs(tabs=(TAB,), active_target_id="T"),
            {
                "type": "TABS",
                "tabs": [{"targetId": "T", "title": "Home", "url": "https://a.test/"}],
                "activeTargetId": "T",
            },
        ),
    ],
)
def test_a_record_is_read_as_documented(record: Outgoing, fields: dict[str, object]) -> None:
    assert json.loads(encode(record)) == fields


def test_a_state_of_control_has_an_id_only_as_an_answer() -> None:
    by_itself, answer = ControlState(control=CONTROL), ControlState(id=None, control=CONTROL)

    assert "id" not in json.loads(encode(by_itself))
    assert json.loads(encode(answer))["id"] is None


def test_the_first_message_says_what_there_is_and_what_one_may() -> None:
    hello = Hello(
        session_id="s", scopes=("cdp",), control=CONTROL, tabs=(TAB,), active_target_id="T"
    )

    fields = json.loads(encode(hello))

    assert fields["control"] == {"holder": "agent", "expiresAt": None, "waiting": 0}
    assert (fields["sessionId"], fields["scopes"]) == ("s", ["cdp"])
    assert "connectionId" not in fields


def test_options_and_stats_of_a_screencast_are_whole() -> None:
    started = ScreencastStarted(id=1, target_id="T", options=ScreencastOptions(quality=60))
    stats = ScreencastStats(
        frames_sent=1,
        frames_skipped=1,
        bytes_transmitted=10,
        average_frame_size=10.0,
        actual_fps=1.0,
        skip_percentage=50.0,
        frame_age_p50_ms=None,
        frame_age_p95_ms=None,
    )

    options = json.loads(encode(started))["options"]
    told = json.loads(encode(ScreencastStopped(id=1, stats=stats)))["stats"]

    assert (options["quality"], options["maxWidth"]) == (60, None)
    assert (told["skipPercentage"], told["frameAgeP50Ms"]) == (50.0, None)


@given(st.binary(max_size=200))
def test_a_picture_is_base64_in_text(picture: bytes) -> None:
    frame = ScreencastFrame(
        number=3, captured_at=5.5, width=640, height=360, format="jpeg", data=picture
    )

    fields = json.loads(encode(frame))

    assert base64.b64decode(fields["data"], validate=True) == picture
    assert fields["type"] == "SCREENCAST_FRAME"
