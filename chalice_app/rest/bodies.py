"""The body of `POST /sessions`: from bytes to `CreateSession`, or an error that names the field."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import msgspec

from shared import limits
from shared.decoding import decode_body, not_allowed
from shared.records import CreateSession

_MAX_PORT = 65_535

_ALLOWED: Mapping[str, str] = {
    "browserSettings.viewport.width": (
        f"an integer from {limits.VIEWPORT_PX_MIN} to {limits.VIEWPORT_PX_MAX}"
    ),
    "browserSettings.viewport.height": (
        f"an integer from {limits.VIEWPORT_PX_MIN} to {limits.VIEWPORT_PX_MAX}"
    ),
    "browserSettings.userAgent": (
        f"one line of 1 to {limits.USER_AGENT_CHARS_MAX} characters, or null"
    ),
    "browserSettings.locale": "a BCP 47 tag such as en-US, or null",
    "browserSettings.timezoneId": "an IANA time zone such as Europe/Berlin, or null",
    "browserSettings.extraHTTPHeaders": (
        f"an object of at most {limits.EXTRA_HEADERS_MAX} headers; each value one line of at most"
        f" {limits.HEADER_VALUE_CHARS_MAX} characters"
    ),
    "browserSettings.proxy.server": (
        "scheme://host:port without credentials; the scheme http, https, socks4 or socks5"
    ),
    "browserSettings.proxy.bypass": (
        f"a list of at most {limits.PROXY_BYPASS_MAX} hosts without spaces, commas or semicolons"
    ),
    "timeout": (
        f"an integer from {limits.SESSION_TIMEOUT_SECONDS_MIN}"
        f" to {limits.SESSION_TIMEOUT_SECONDS_MAX} (seconds)"
    ),
    "idleTimeout": (
        f"an integer from {limits.IDLE_TIMEOUT_SECONDS_MIN}"
        f" to {limits.IDLE_TIMEOUT_SECONDS_MAX} (seconds)"
    ),
    "userMetadata": (
        f"an object of at most {limits.USER_METADATA_ENTRIES_MAX} strings, numbers and booleans,"
        f" {limits.USER_METADATA_BYTES_MAX} bytes of JSON in all"
    ),
}
"""What a field may hold, where the type alone does not say it."""


def parse_create_session(raw: bytes) -> CreateSession:
    """Decode and check a body; an empty one asks for the defaults.

    Raises:
        InvalidRequest: with `details["field"]`, `body` when it is not about one field.
    """
    body = decode_body(raw, CreateSession, _ALLOWED)
    _check_settings(body)
    _check_metadata(body)
    return body


def _check_settings(body: CreateSession) -> None:
    settings = body.browser_settings
    if len(settings.extra_http_headers) > limits.EXTRA_HEADERS_MAX:
        raise not_allowed("browserSettings.extraHTTPHeaders", _ALLOWED)
    if settings.timezone_id is not None and settings.timezone_id not in _time_zones():
        raise not_allowed("browserSettings.timezoneId", _ALLOWED)
    if settings.proxy is not None:
        port = int(settings.proxy.server.rpartition(":")[2])
        if not 1 <= port <= _MAX_PORT:
            raise not_allowed("browserSettings.proxy.server", _ALLOWED)


def _check_metadata(body: CreateSession) -> None:
    too_many = len(body.user_metadata) > limits.USER_METADATA_ENTRIES_MAX
    size_bytes = len(msgspec.json.encode(body.user_metadata))
    if too_many or size_bytes > limits.USER_METADATA_BYTES_MAX:
        raise not_allowed("userMetadata", _ALLOWED)


@functools.cache
def _time_zones() -> frozenset[str]:
    """The names of the tz database, from the package that zoneinfo itself falls back to.

    Not `zoneinfo.available_timezones()`: that walks the machine's own database, and includes its
    `localtime`, which no browser knows.
    """
    # Late: 5 ms of a cold start, for the few bodies that name a time zone.
    from importlib.resources import files  # noqa: PLC0415

    return frozenset((files("tzdata") / "zones").read_text("ascii").split())
