"""The bodies of act, observe, extract, navigate and screenshot: decoded and checked.

REST and the channels take the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shared import limits
from shared.actions import (
    BODY_OF_KIND,
    ActBody,
    ActionBody,
    ExtractBody,
    ExtractFormat,
    ImageFormat,
    ModelProvider,
    ModelUse,
    ScreenshotBody,
    StepScreenshots,
    WaitUntil,
)
from shared.decoding import Allowed, decode_body, not_allowed, refusal
from shared.request_kind import RequestKind


def parse_action(kind: RequestKind, raw: bytes) -> ActionBody:
    """Decode and check the body of an action.

    Raises:
        InvalidRequest: with `details["field"]`, `body` when it is not about one field.
    """
    body = decode_body(raw, BODY_OF_KIND[kind], ALLOWED[kind])
    match body:
        case ActBody():
            _check_act(body)
        case ExtractBody():
            _check_extract(body)
        case ScreenshotBody():
            _check_screenshot(body)
    return body


def _one_of(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"


_SELECTOR = f"a selector of 1 to {limits.SELECTOR_CHARS_MAX} characters, or null"
_INSTRUCTION = f"a text of 1 to {limits.INSTRUCTION_CHARS_MAX} characters, or null"

_COMMON: Allowed = {
    "timeoutMs": (
        f"an integer from {limits.ACTION_TIMEOUT_MS_MIN} to {limits.ACTION_TIMEOUT_MS_MAX}"
        " (milliseconds)"
    ),
    "targetId": "the targetId of a tab, or null",
}
_MODEL: Allowed = {
    "model.provider": f"{_one_of(ModelProvider)}, or null",
    "model.name": f"a text of 1 to {limits.MODEL_NAME_CHARS_MAX} characters, or null",
    "model.baseUrl": "an http:// or https:// URL without credentials, or null",
    "model.use": _one_of(ModelUse),
    "model.temperature": "a number from 0 to 2, or null",
    "model.maxOutputTokens": f"an integer from 1 to {limits.MODEL_OUTPUT_TOKENS_MAX}, or null",
}
_ACTION: Allowed = {
    "action": "an object as observe answers it, or null",
    "action.method": "a method as observe answers it, such as click",
    "action.selector": _SELECTOR,
    "action.backendNodeId": f"an integer from 1 to {limits.CDP_ID_MAX}, or null",
    "action.arguments": (
        f"a list of at most {limits.ACTION_ARGUMENTS_MAX} texts,"
        f" {limits.ACTION_TEXT_CHARS_MAX} characters each"
    ),
    "action.description": (f"a text of at most {limits.INSTRUCTION_CHARS_MAX} characters, or null"),
}

ALLOWED: Mapping[RequestKind, Allowed] = {
    RequestKind.ACT: {
        **_COMMON,
        **_MODEL,
        **_ACTION,
        "instruction": _INSTRUCTION,
        "variables": (
            f"an object of at most {limits.VARIABLES_MAX} texts,"
            f" {limits.ACTION_TEXT_CHARS_MAX} characters each; names of letters, digits and _,"
            " not beginning with a digit"
        ),
        "screenshot": _one_of(StepScreenshots),
    },
    RequestKind.OBSERVE: {**_COMMON, **_MODEL, "instruction": _INSTRUCTION},
    RequestKind.EXTRACT: {
        **_COMMON,
        **_MODEL,
        "instruction": _INSTRUCTION,
        "schema": (
            f"a JSON Schema of at most {limits.SCHEMA_DEPTH_MAX} objects and lists within one"
            " another, or null"
        ),
        "selector": _SELECTOR,
        "format": f"{_one_of(ExtractFormat)}, or null; only without a schema",
    },
    RequestKind.NAVIGATE: {
        **_COMMON,
        "url": f"a URL of at most {limits.URL_CHARS_MAX} characters",
        "waitUntil": _one_of(WaitUntil),
    },
    RequestKind.SCREENSHOT: {
        **_COMMON,
        "format": _one_of(ImageFormat),
        "quality": "an integer from 0 to 100, with format jpeg or webp, or null",
        "fullPage": "a boolean; not together with selector",
        "selector": _SELECTOR,
    },
}


def _check_act(act: ActBody) -> None:
    if (act.instruction is None) == (act.action is None):
        raise refusal("instruction", "Give either instruction or action, and not both.")
    if len(act.variables) > limits.VARIABLES_MAX:
        raise not_allowed("variables", ALLOWED[RequestKind.ACT])


def _check_extract(extract: ExtractBody) -> None:
    if extract.schema is not None and extract.format is not None:
        raise not_allowed("format", ALLOWED[RequestKind.EXTRACT])
    if extract.schema is not None and not _is_flat_enough(extract.schema):
        raise not_allowed("schema", ALLOWED[RequestKind.EXTRACT])


def _check_screenshot(shot: ScreenshotBody) -> None:
    if shot.quality is not None and shot.format is ImageFormat.PNG:
        raise not_allowed("quality", ALLOWED[RequestKind.SCREENSHOT])
    if shot.full_page and shot.selector is not None:
        raise not_allowed("fullPage", ALLOWED[RequestKind.SCREENSHOT])


def _is_flat_enough(schema: dict[str, object]) -> bool:
    level: list[object] = [schema]
    for _ in range(limits.SCHEMA_DEPTH_MAX):
        level = [inner for outer in level for inner in _containers_in(outer)]
        if not level:
            return True
    return False


def _containers_in(value: object) -> Iterator[object]:
    """The objects and lists directly within one."""
    contents: Iterable[object] = ()
    if isinstance(value, dict):
        contents = value.values()
    elif isinstance(value, list):
        contents = value
    return (inner for inner in contents if isinstance(inner, dict | list))
