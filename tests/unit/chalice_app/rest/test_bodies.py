from __future__ import annotations

import json

import msgspec
import pytest

from chalice_app.rest.bodies import _ALLOWED, parse_create_session
from shared import limits
from shared.errors import InvalidRequest
from shared.records import BrowserSettings, CreateSession, ProxySettings, Viewport


def refusal_of(body: bytes | dict[str, object]) -> tuple[str, str]:
    """The field and the message of the refusal."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidRequest) as raised:
        parse_create_session(raw)
    return str(raised.value.details["field"]), raised.value.message


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b"{}", b" { } "])
def test_nothing_asks_for_the_defaults(raw: bytes) -> None:
    assert parse_create_session(raw) == CreateSession()


def test_every_field_can_be_set() -> None:
    raw = b"""{
        "browserSettings": {
            "viewport": {"width": 1280, "height": 720},
            "userAgent": "ua", "locale": "de-DE", "timezoneId": "Europe/Berlin",
            "extraHTTPHeaders": {"X-Team": "qa"},
            "proxy": {"server": "http://proxy.example:3128", "bypass": ["localhost"]},
            "ignoreCertificateErrors": true
        },
        "timeout": 60, "idleTimeout": 10, "keepAlive": false,
        "userMetadata": {"team": "qa", "run": 7, "ratio": 0.5, "nightly": true}
    }"""

    assert parse_create_session(raw) == CreateSession(
        browser_settings=BrowserSettings(
            viewport=Viewport(width=1280, height=720),
            user_agent="ua",
            locale="de-DE",
            timezone_id="Europe/Berlin",
            extra_http_headers={"X-Team": "qa"},
            proxy=ProxySettings(server="http://proxy.example:3128", bypass=("localhost",)),
            ignore_certificate_errors=True,
        ),
        timeout=60,
        idle_timeout=10,
        keep_alive=False,
        user_metadata={"team": "qa", "run": 7, "ratio": 0.5, "nightly": True},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b"NaN",
        b'{"timeout": NaN}',
        b'{"timeout": Infinity}',
        b'{"timeout": 60',
        b'{"timeout": 60} {}',
        b"\xff\xfe",
        b'{"userMetadata": {"a": "\xff"}}',
        b"[" * 100_000,
        b"timeout=60",
    ],
)
def test_what_is_no_json_object_is_refused_as_a_whole(raw: bytes) -> None:
    assert refusal_of(raw) == ("body", "The body must be a JSON object.")


def test_an_integer_beyond_all_reason_is_no_server_error() -> None:
    field, _message = refusal_of(b'{"userMetadata": {"a": ' + b"9" * 5000 + b"}}")

    assert field in {"body", "userMetadata"}


def test_a_body_over_the_limit_is_not_even_parsed() -> None:
    field, message = refusal_of(b" " * (limits.BODY_BYTES_MAX + 1))

    assert field == "body"
    assert "1048576 bytes" in message


def test_a_body_at_the_limit_is_parsed() -> None:
    assert parse_create_session(b"{}" + b" " * (limits.BODY_BYTES_MAX - 2)) == CreateSession()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"projectId": "x"}, "projectId"),
        ({"browserSettings": {"headless": True}}, "browserSettings.headless"),
        (
            {"browserSettings": {"viewport": {"width": 1, "height": 1, "dpr": 2}}},
            "browserSettings.viewport.dpr",
        ),
        ({"a`b": 1}, "a`b"),
    ],
)
def test_an_unknown_field_is_named_with_its_path(body: dict[str, object], field: str) -> None:
    assert refusal_of(body) == (field, f"Unknown field: {field}.")


def test_a_missing_field_is_named_with_its_path() -> None:
    field, message = refusal_of({"browserSettings": {"viewport": {"width": 1}}})

    assert field == "browserSettings.viewport.height"
    assert message == (
        "browserSettings.viewport.height is required; it must be an integer from 1 to 10000."
    )


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"viewport": {"width": 0, "height": 1}}, "viewport.width"),
        ({"viewport": {"width": 1, "height": 10_001}}, "viewport.height"),
        ({"viewport": {"width": "1", "height": 1}}, "viewport.width"),
        ({"userAgent": ""}, "userAgent"),
        ({"userAgent": "x" * 1025}, "userAgent"),
        ({"userAgent": "a\r\nb"}, "userAgent"),
        ({"locale": "english (uk)"}, "locale"),
        ({"timezoneId": 1}, "timezoneId"),
        ({"timezoneId": "Mars/Olympus"}, "timezoneId"),
        ({"timezoneId": "localtime"}, "timezoneId"),
        ({"timezoneId": "Europe"}, "timezoneId"),
        ({"timezoneId": "europe/berlin"}, "timezoneId"),
        ({"timezoneId": "../../etc/passwd"}, "timezoneId"),
        ({"extraHTTPHeaders": []}, "extraHTTPHeaders"),
        ({"extraHTTPHeaders": {"X A": "1"}}, "extraHTTPHeaders"),
        ({"extraHTTPHeaders": {"X-A": 1}}, "extraHTTPHeaders"),
        ({"extraHTTPHeaders": {"X-A": "1\n"}}, "extraHTTPHeaders"),
        ({"extraHTTPHeaders": {f"X-{n}": "" for n in range(101)}}, "extraHTTPHeaders"),
        ({"proxy": {"server": "proxy:1"}}, "proxy.server"),
        ({"proxy": {"server": "http://u:p@proxy:1"}}, "proxy.server"),
        ({"proxy": {"server": "http://proxy:0"}}, "proxy.server"),
        ({"proxy": {"server": "http://proxy:65536"}}, "proxy.server"),
        ({"proxy": {}}, "proxy.server"),
        ({"proxy": {"server": "http://proxy:1", "bypass": ["a b"]}}, "proxy.bypass"),
        ({"proxy": {"server": "http://proxy:1", "bypass": ["a"] * 101}}, "proxy.bypass"),
    ],
)
def test_a_wrong_browser_setting_is_named_with_what_is_allowed(
    settings: dict[str, object], field: str
) -> None:
    named, message = refusal_of({"browserSettings": settings})

    assert named == f"browserSettings.{field}"
    assert _ALLOWED[named] in message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"timeout": 59}, "timeout"),
        ({"timeout": 21_601}, "timeout"),
        ({"timeout": 60.5}, "timeout"),
        ({"timeout": None}, "timeout"),
        ({"idleTimeout": 9}, "idleTimeout"),
        ({"userMetadata": []}, "userMetadata"),
        ({"userMetadata": {"a": None}}, "userMetadata"),
        ({"userMetadata": {"a": {"b": 1}}}, "userMetadata"),
        ({"userMetadata": {str(n): 1 for n in range(51)}}, "userMetadata"),
        ({"userMetadata": {"a": "x" * limits.USER_METADATA_BYTES_MAX}}, "userMetadata"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(body: dict[str, object], field: str) -> None:
    named, message = refusal_of(body)

    assert named == field
    assert message == f"{field} must be {_ALLOWED[field]}."


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"keepAlive": 1}, "keepAlive", "keepAlive: expected bool, got int."),
        (
            {"browserSettings": None},
            "browserSettings",
            "browserSettings: expected object, got null.",
        ),
    ],
)
def test_where_the_type_says_it_all_it_is_told(
    body: dict[str, object], field: str, message: str
) -> None:
    assert refusal_of(body) == (field, message)


def test_metadata_at_its_limits_is_accepted() -> None:
    full = {"a": "x" * (limits.USER_METADATA_BYTES_MAX - len(b'{"a":""}'))}

    assert parse_create_session(msgspec.json.encode({"userMetadata": full})).user_metadata == full


def test_a_message_never_repeats_the_value() -> None:
    _field, message = refusal_of({"browserSettings": {"proxy": {"server": "http://u:hush@p:1"}}})

    assert "hush" not in message
