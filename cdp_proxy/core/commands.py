"""CDP commands newer than PyCDP's types, in its generator shape."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
CdpCommand = Generator[dict[str, Any], dict[str, Any], T]
"""A command as PyCDP makes them: yields `{"method", "params"?}`, is sent the result, returns it
decoded."""


def set_download_behavior(folder: str) -> CdpCommand[None]:
    """`Browser.setDownloadBehavior`: downloads go to `folder` under their GUIDs, with events."""
    params = {"behavior": "allowAndName", "downloadPath": folder, "eventsEnabled": True}
    yield {"method": "Browser.setDownloadBehavior", "params": params}


def set_locale_override(locale: str) -> CdpCommand[None]:
    """`Emulation.setLocaleOverride`: `Intl`'s default locale, as ICU spells it (`de_DE`)."""
    yield {"method": "Emulation.setLocaleOverride", "params": {"locale": locale}}


def discover_tabs() -> CdpCommand[None]:
    """`Target.setDiscoverTargets` for pages alone."""
    params = {"discover": True, "filter": [{"type": "page"}]}
    yield {"method": "Target.setDiscoverTargets", "params": params}


def attach_frames() -> CdpCommand[None]:
    """`Target.setAutoAttach` for out-of-process iframes alone, which need not wait."""
    params = {
        "autoAttach": True,
        "waitForDebuggerOnStart": False,
        "flatten": True,
        "filter": [{"type": "iframe"}],
    }
    yield {"method": "Target.setAutoAttach", "params": params}


def insert_text(text: str) -> CdpCommand[None]:
    """`Input.insertText`: as an input method or the clipboard would, without key events."""
    yield {"method": "Input.insertText", "params": {"text": text}}


def call_on_node(object_id: str, function: str, arguments: Sequence[object]) -> CdpCommand[Any]:
    """`Runtime.callFunctionOn` a node with JSON arguments, awaited; its JSON result.

    Raises:
        ScriptFailed: the function threw.
    """
    answer = yield {
        "method": "Runtime.callFunctionOn",
        "params": {
            "objectId": object_id,
            "functionDeclaration": function,
            "arguments": [{"value": argument} for argument in arguments],
            "returnByValue": True,
            "awaitPromise": True,
            "userGesture": True,
        },
    }
    return _value_of(answer)


def evaluate_in(context_id: int, expression: str) -> CdpCommand[Any]:
    """`Runtime.evaluate` in one execution context, awaited; its JSON result.

    Raises:
        ScriptFailed: it threw.
    """
    answer = yield {
        "method": "Runtime.evaluate",
        "params": {
            "contextId": context_id,
            "expression": expression,
            "returnByValue": True,
            "awaitPromise": True,
        },
    }
    return _value_of(answer)


class ScriptFailed(Exception):
    """A script of ours threw in the page."""


def _value_of(answer: dict[str, Any]) -> Any:
    if "exceptionDetails" in answer:
        details = answer["exceptionDetails"]
        raise ScriptFailed(details.get("exception", {}).get("description", details["text"]))
    return answer["result"].get("value")
