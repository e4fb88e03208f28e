from __future__ import annotations

import json

import msgspec

from chalice_app.rest.rendering import SessionListView, answer, view_of
from chalice_app.services.access import Access
from shared.records import BrowserSettings, Viewport
from shared.session_state import EndReason, SessionStatus
from tests.fakes.records import make_session, make_spec, session_id_of


def test_a_live_session_is_shown_with_what_opens_it() -> None:
    spec = make_spec(
        created_at=1_700_000_000.25,
        timeout_seconds=60,
        settings=BrowserSettings(viewport=Viewport(width=800, height=600)),
        user_metadata={"team": "qa"},
    )
    session = make_session(spec, started_at=1_700_000_000.5)

    access = Access("tok", "live", "ws://h", "wss://api/stage")
    response = answer(view_of(session, access), status=201)

    assert response.status_code == 201
    assert json.loads(response.body) == {
        "success": True,
        "data": {
            "sessionId": session_id_of("one"),
            "status": "active",
            "connectUrl": "ws://h/cdp?token=tok",
            "webSocketUrl": "wss://api/stage?token=tok",
            "token": "tok",
            "liveUrl": "http://h/live?token=live",
            "createdAt": "2023-11-14T22:13:20.250Z",
            "expiresAt": "2023-11-14T22:14:20.250Z",
            "startedAt": "2023-11-14T22:13:20.500Z",
            "endedAt": None,
            "endReason": None,
            "endDetail": None,
            "timeout": 60,
            "idleTimeout": 1800,
            "keepAlive": True,
            "browserSettings": {
                "viewport": {"width": 800, "height": 600},
                "userAgent": None,
                "locale": None,
                "timezoneId": None,
                "extraHTTPHeaders": {},
                "proxy": None,
                "ignoreCertificateErrors": False,
            },
            "userMetadata": {"team": "qa"},
        },
    }


def test_without_access_there_is_no_token_to_see() -> None:
    response = answer(SessionListView([view_of(make_session())]))

    (shown,) = json.loads(response.body)["data"]["sessions"]
    assert not {"token", "connectUrl", "webSocketUrl"} & set(shown)


def test_an_ended_session_says_when_and_why() -> None:
    ended = msgspec.structs.replace(
        make_session(status=SessionStatus.TIMED_OUT),
        ended_at=1_700_000_100.0,
        end_reason=EndReason.IDLE_TIMEOUT,
    )

    view = view_of(ended)

    assert (view.status, view.ended_at, view.end_reason) == (
        "timed_out",
        "2023-11-14T22:15:00.000Z",
        "idle_timeout",
    )


def test_answers_are_json_that_nobody_may_cache() -> None:
    response = answer(view_of(make_session()))

    assert response.headers == {"Content-Type": "application/json", "Cache-Control": "no-store"}
