from __future__ import annotations

import msgspec
import pytest

from shared import limits
from shared.records import (
    BrowserSettings,
    CreateSession,
    ErrorBody,
    OpenSession,
    SessionSpec,
    Task,
)
from shared.session_state import SessionStatus
from tests.fakes.records import make_session, make_spec, make_task


def decode(text: str) -> CreateSession:
    return msgspec.json.decode(text, type=CreateSession)


def settings_of(text: str) -> BrowserSettings:
    return decode(f'{{"browserSettings": {text}}}').browser_settings


def test_an_empty_object_asks_for_the_defaults() -> None:
    body = decode("{}")

    assert body == CreateSession()
    assert (body.timeout, body.idle_timeout, body.keep_alive) == (3600, 1800, True)


def test_names_on_the_wire_are_camel_case() -> None:
    settings = settings_of(
        '{"userAgent": "a", "timezoneId": "UTC", "extraHTTPHeaders": {"X-A": "1"},'
        ' "ignoreCertificateErrors": true}'
    )

    assert settings == BrowserSettings(
        user_agent="a",
        timezone_id="UTC",
        extra_http_headers={"X-A": "1"},
        ignore_certificate_errors=True,
    )


@pytest.mark.parametrize(
    "settings",
    [
        '{"viewport": {"width": 1, "height": 10000}}',
        '{"locale": "de"}',
        '{"locale": "zh-Hant-TW"}',
        '{"timezoneId": "America/Argentina/Buenos_Aires"}',
        '{"timezoneId": "Etc/GMT+3"}',
        '{"proxy": {"server": "socks5://[::1]:1080"}}',
        '{"proxy": {"server": "http://proxy.example:3128", "bypass": ["*.local", "<-loopback>"]}}',
        '{"extraHTTPHeaders": {"X-Empty": ""}}',
        '{"viewport": null, "userAgent": null, "locale": null, "timezoneId": null, "proxy": null}',
    ],
)
def test_what_a_browser_can_be_is_accepted(settings: str) -> None:
    assert settings_of(settings)


@pytest.mark.parametrize(
    "settings",
    [
        '{"viewport": {"width": 0, "height": 1}}',
        '{"viewport": {"width": 1, "height": 10001}}',
        '{"viewport": {"width": 1}}',
        '{"viewport": {"width": 1, "height": 1, "scale": 2}}',
        '{"viewport": {"width": 1.5, "height": 1}}',
        '{"userAgent": ""}',
        '{"userAgent": "a\\nb"}',
        '{"userAgent": "a\\n"}',
        '{"locale": "english (uk)"}',
        '{"locale": "en\\n"}',
        '{"timezoneId": "../etc/passwd"}',
        '{"timezoneId": "UTC\\n"}',
        '{"extraHTTPHeaders": {"X A": "1"}}',
        '{"extraHTTPHeaders": {"X-A\\n": "1"}}',
        '{"extraHTTPHeaders": {"X-A": "1\\n"}}',
        '{"extraHTTPHeaders": {"X-A": "1\\r\\nX-B: 2"}}',
        '{"extraHTTPHeaders": {"": "1"}}',
        '{"extraHTTPHeaders": {"X-A": 1}}',
        '{"proxy": {"server": "proxy.example:3128"}}',
        '{"proxy": {"server": "http://user:secret@proxy.example:3128"}}',
        '{"proxy": {"server": "http://proxy.example:3128\\n"}}',
        '{"proxy": {"server": "http://proxy.example:3128", "bypass": ["a;b"]}}',
        '{"proxy": {"bypass": []}}',
        '{"cookies": []}',
    ],
)
def test_what_a_browser_cannot_be_is_refused(settings: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings_of(settings)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"timeout": {limits.SESSION_TIMEOUT_SECONDS_MIN - 1}}}',
        f'{{"timeout": {limits.SESSION_TIMEOUT_SECONDS_MAX + 1}}}',
        f'{{"idleTimeout": {limits.IDLE_TIMEOUT_SECONDS_MIN - 1}}}',
        '{"timeout": "60"}',
        '{"keepAlive": 1}',
        '{"userMetadata": {"a": {}}}',
        '{"userMetadata": {"a": null}}',
        '{"projectId": "x"}',
        "[]",
    ],
)
def test_other_bodies_are_refused(body: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(body)


def test_a_spec_survives_the_bus() -> None:
    spec = make_spec(user_metadata={"team": "x", "retries": 3, "beta": True, "rate": 0.5})

    sent = msgspec.json.encode(OpenSession(spec=spec))

    assert msgspec.json.decode(sent, type=OpenSession).spec == spec
    assert b'"sessionId":' in msgspec.json.encode(spec)
    assert msgspec.json.decode(msgspec.json.encode(spec), type=SessionSpec) == spec


def test_a_task_survives_its_heartbeat() -> None:
    task = make_task()

    assert msgspec.json.decode(msgspec.json.encode(task), type=Task) == task


def test_an_error_without_details_does_not_mention_them() -> None:
    encoded = msgspec.json.encode(ErrorBody(code="X", message="y"))

    assert encoded == b'{"code":"X","message":"y"}'


@pytest.mark.parametrize(
    ("status", "live"),
    [
        (SessionStatus.INITIALIZING, True),
        (SessionStatus.ACTIVE, True),
        (SessionStatus.ENDED, False),
        (SessionStatus.TIMED_OUT, False),
        (SessionStatus.FAILED, False),
    ],
)
def test_a_session_lives_until_it_ends(status: SessionStatus, live: bool) -> None:
    assert make_session(status=status).live is live
