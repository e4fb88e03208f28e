"""`docs/api.md` says what the program does: names, limits, codes."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from chalice_app.rest.rendering import OperationView, SessionView
from shared import errors, limits
from shared.actions import (
    BODY_OF_KIND,
    ActionBody,
    ExtractFormat,
    ImageFormat,
    ModelOptions,
    ModelProvider,
    ModelUse,
    PageAction,
    StepScreenshots,
    WaitUntil,
)
from shared.records import BrowserSettings, CreateSession, ProxySettings, Viewport
from shared.request_kind import RequestKind
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


def all_errors(
    base: type[errors.WallCrawlerError] = errors.WallCrawlerError,
) -> list[type[errors.WallCrawlerError]]:
    """Those of `shared.errors`; programs that other tests have imported add their own."""
    direct = [kind for kind in base.__subclasses__() if kind.__module__ == errors.__name__]
    return direct + [kind for parent in direct for kind in all_errors(parent)]


def section(title: str) -> str:
    return TEXT.split(f"\n### {title}\n")[1].split("\n#")[0]


COMMON = names_of(ActionBody)
INTRODUCTION = TEXT.split("\n## The page")[1].split("\n### ")[0]


@pytest.mark.parametrize("name", COMMON)
def test_what_all_actions_take_is_described_once(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", INTRODUCTION, re.MULTILINE)


@pytest.mark.parametrize("kind", BODY_OF_KIND)
def test_the_fields_of_an_action_are_those_of_its_body(kind: RequestKind) -> None:
    cells = re.findall(r"^\| (`[^|]*`) \|", section(kind.value.capitalize()), re.MULTILINE)
    described = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}

    expected = set(names_of(BODY_OF_KIND[kind])) - set(COMMON)
    if kind is RequestKind.ACT:
        expected |= {f"action.{name}" for name in names_of(PageAction)}
    assert described == expected


def test_the_options_of_a_model_are_all_described() -> None:
    described = re.findall(r"^\| `(\w+)` \|", section("Models"), re.MULTILINE)

    assert set(described) == set(names_of(ModelOptions))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Act", StepScreenshots),
        ("Extract", ExtractFormat),
        ("Navigate", WaitUntil),
        ("Screenshot", ImageFormat),
        ("Models", ModelProvider),
        ("Models", ModelUse),
    ],
)
def test_every_word_of_a_choice_is_given(title: str, words: type[StrEnum]) -> None:
    assert all(f"`{word}`" in section(title) for word in words)


def test_every_state_of_an_operation_is_explained() -> None:
    states = get_args(get_type_hints(OperationView)["status"])

    assert all(
        f"`{state}`" in section("Those that take long: 202 and operations") for state in states
    )


@pytest.mark.parametrize("kind", all_errors())
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
        f"{limits.ACTION_TIMEOUT_MS_MIN} to {limits.ACTION_TIMEOUT_MS_MAX}",
        f"| {limits.ACTION_TIMEOUT_MS_DEFAULT} |",
        f"not ended after {limits.ACTION_WAIT_SECONDS:g} goes on",
        f"at most {limits.ACTIONS_PER_SESSION_MAX} of them at once",
        f"has {limits.ACTIONS_PER_SESSION_MAX} actions under way",
        f"1 to {limits.INSTRUCTION_CHARS_MAX} characters of",
        f"at most {limits.ACTION_ARGUMENTS_MAX}, {limits.ACTION_TEXT_CHARS_MAX} characters each",
        f"at most {limits.VARIABLES_MAX}: what",
        f"at most {limits.SCHEMA_DEPTH_MAX} deep",
        f"1 to {limits.SELECTOR_CHARS_MAX} characters: only",
        f"at most {limits.URL_CHARS_MAX} characters",
        f"1 to {limits.MODEL_NAME_CHARS_MAX} characters |",
        f"1 to {limits.MODEL_OUTPUT_TOKENS_MAX} |",
        f"1 to {limits.MODEL_API_KEY_CHARS_MAX} characters",
        f"open for {limits.SCREENSHOT_URL_SECONDS} seconds",
        f"{limits.RESULT_BYTES_MAX} bytes",
    ],
)
def test_every_limit_is_the_programs(value: str) -> None:
    assert value in TEXT.replace("\n", " ")
