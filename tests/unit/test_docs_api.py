"""`docs/api.md` says what the program does: names, limits, codes."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from chalice_app.rest.rendering import SessionView
from shared import errors, limits
from shared.records import BrowserSettings, CreateSession, ProxySettings, Viewport
from shared.session_state import EndReason, SessionStatus

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def names_of(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return kind.__struct_encode_fields__


@pytest.mark.parametrize(
    "name",
    [
        *names_of(CreateSession),
        *(name for name in names_of(BrowserSettings) if name not in {"viewport", "proxy"}),
        *(f"viewport.{name}" for name in names_of(Viewport)),
        *(f"proxy.{name}" for name in names_of(ProxySettings)),
    ],
)
def test_every_field_of_the_body_is_described(name: str) -> None:
    assert re.search(rf"^\|[^|]*`{re.escape(name)}`", TEXT, re.MULTILINE)


@pytest.mark.parametrize("name", names_of(SessionView))
def test_every_field_of_the_answer_is_shown(name: str) -> None:
    assert f'"{name}":' in TEXT


@pytest.mark.parametrize("word", [*SessionStatus, *EndReason])
def test_every_status_and_reason_is_explained(word: SessionStatus | EndReason) -> None:
    assert f"`{word.value}`" in TEXT


@pytest.mark.parametrize("kind", errors.WallCrawlerError.__subclasses__())
def test_every_error_has_its_row(kind: type[errors.WallCrawlerError]) -> None:
    assert f"| {kind.http_status} | `{kind.code}` |" in TEXT


@pytest.mark.parametrize(
    "value",
    [
        f"{limits.SESSION_TIMEOUT_SECONDS_MIN} to {limits.SESSION_TIMEOUT_SECONDS_MAX}",
        f"{limits.IDLE_TIMEOUT_SECONDS_MIN} to {limits.IDLE_TIMEOUT_SECONDS_MAX}",
        f"{limits.VIEWPORT_PX_MIN} to {limits.VIEWPORT_PX_MAX}",
        f"1 to {limits.USER_AGENT_CHARS_MAX} characters",
        f"1 to {limits.IDEMPOTENCY_KEY_CHARS_MAX} characters",
        f"at most {limits.USER_METADATA_ENTRIES_MAX} strings",
        f"{limits.USER_METADATA_BYTES_MAX} bytes",
        f"at most {limits.EXTRA_HEADERS_MAX}, sent",
        f"at most {limits.HEADER_VALUE_CHARS_MAX} characters",
        f"at most {limits.PROXY_BYPASS_MAX} hosts",
        f"newest {limits.SESSIONS_LISTED_MAX} sessions",
        f"| {limits.SESSION_TIMEOUT_SECONDS_DEFAULT} |",
        f"| {limits.IDLE_TIMEOUT_SECONDS_DEFAULT} |",
        f"{limits.CREATE_TIMEOUT_SECONDS:g} seconds",
    ],
)
def test_every_limit_is_the_programs(value: str) -> None:
    assert value in TEXT.replace("\n", " ")
