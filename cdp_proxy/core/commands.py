"""CDP commands newer than PyCDP's types, in its generator shape."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, TypeVar

from cdp_proxy.core.actions.elements import Box

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


def list_tabs() -> CdpCommand[list[dict[str, Any]]]:
    """`Target.getTargets` for pages alone; each as `Target.TargetInfo`."""
    params = {"filter": [{"type": "page"}]}
    answer = yield {"method": "Target.getTargets", "params": params}
    infos: list[dict[str, Any]] = answer["targetInfos"]
    return infos


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


def node_from(object_id: str, function: str) -> CdpCommand[str | None]:
    """`Runtime.callFunctionOn` a node for another node; its object id, None for null.

    Raises:
        ScriptFailed: the function threw.
    """
    answer = yield {
        "method": "Runtime.callFunctionOn",
        "params": {"objectId": object_id, "functionDeclaration": function},
    }
    _value_of(answer)
    found: str | None = answer["result"].get("objectId")
    return found


def node_in(context_id: int, expression: str) -> CdpCommand[str | None]:
    """`Runtime.evaluate` for a node; its object id, None for null.

    Raises:
        ScriptFailed: it threw.
    """
    answer = yield {
        "method": "Runtime.evaluate",
        "params": {"contextId": context_id, "expression": expression},
    }
    _value_of(answer)
    found: str | None = answer["result"].get("objectId")
    return found


def node_of(backend_node_id: int, context_id: int) -> CdpCommand[str]:
    """`DOM.resolveNode` for scripts of one world; its object id."""
    params = {"backendNodeId": backend_node_id, "executionContextId": context_id}
    answer = yield {"method": "DOM.resolveNode", "params": params}
    return str(answer["object"]["objectId"])


def release_object(object_id: str) -> CdpCommand[None]:
    """`Runtime.releaseObject`: the page need not keep it any more."""
    yield {"method": "Runtime.releaseObject", "params": {"objectId": object_id}}


def backend_node_id(object_id: str) -> CdpCommand[int]:
    """`DOM.describeNode`, for the id alone."""
    answer = yield {"method": "DOM.describeNode", "params": {"objectId": object_id}}
    return int(answer["node"]["backendNodeId"])


def content_frame_id(object_id: str) -> CdpCommand[str | None]:
    """`DOM.describeNode` of an iframe, for the id of the frame in it."""
    answer = yield {"method": "DOM.describeNode", "params": {"objectId": object_id}}
    found: str | None = answer["node"].get("frameId")
    return found


class Navigated(NamedTuple):
    """The outcome of `Page.navigate`."""

    error: str | None
    """`net::ERR_…`, when nothing was loaded."""
    new_document: bool
    """False when only the fragment has changed, or the answer was a download."""


def navigate(url: str) -> CdpCommand[Navigated]:
    """`Page.navigate`, with what PyCDP does not decode."""
    answer = yield {"method": "Page.navigate", "params": {"url": url}}
    new_document = "loaderId" in answer and not answer.get("isDownload", False)
    return Navigated(answer.get("errorText"), new_document)


class PageLayout(NamedTuple):
    """What `Page.getLayoutMetrics` says, in CSS pixels."""

    viewport: Box
    """What is in view, relative to the document."""
    content: tuple[float, float]
    """Width and height of all there is."""


def page_layout() -> CdpCommand[PageLayout]:
    """`Page.getLayoutMetrics`."""
    answer = yield {"method": "Page.getLayoutMetrics"}
    seen, content = answer["cssLayoutViewport"], answer["cssContentSize"]
    viewport = Box(seen["pageX"], seen["pageY"], seen["clientWidth"], seen["clientHeight"])
    return PageLayout(viewport, (content["width"], content["height"]))


def capture_screenshot(image_format: str, quality: int | None, clip: Box | None) -> CdpCommand[str]:
    """`Page.captureScreenshot`; `clip` is relative to the document. The image in base64."""
    params: dict[str, object] = {"format": image_format}
    if quality is not None:
        params["quality"] = quality
    if clip is not None:
        params["clip"] = {**clip._asdict(), "scale": 1}
        params["captureBeyondViewport"] = True
    answer = yield {"method": "Page.captureScreenshot", "params": params}
    return str(answer["data"])


def start_screencast(
    image_format: str,
    quality: int,
    max_width: int | None,
    max_height: int | None,
) -> CdpCommand[None]:
    """`Page.startScreencast`; sizes in pixels."""
    params: dict[str, object] = {"format": image_format}
    if image_format == "jpeg":
        params["quality"] = quality
    if max_width is not None:
        params["maxWidth"] = max_width
    if max_height is not None:
        params["maxHeight"] = max_height
    yield {"method": "Page.startScreencast", "params": params}


def activate_target(target_id: str) -> CdpCommand[None]:
    """`Target.activateTarget`: bring a tab to the front of its window."""
    yield {"method": "Target.activateTarget", "params": {"targetId": target_id}}


class HistoryEntry(NamedTuple):
    """One page of a tab's history."""

    id: int
    url: str
    title: str


def history() -> CdpCommand[tuple[int, list[HistoryEntry]]]:
    """`Page.getNavigationHistory`: where in the history the tab is, and all of it."""
    answer = yield {"method": "Page.getNavigationHistory"}
    entries = [
        HistoryEntry(entry["id"], entry["url"], entry["title"]) for entry in answer["entries"]
    ]
    return answer["currentIndex"], entries


def go_to_entry(entry_id: int) -> CdpCommand[None]:
    """`Page.navigateToHistoryEntry`."""
    yield {"method": "Page.navigateToHistoryEntry", "params": {"entryId": entry_id}}


class ScriptFailed(Exception):
    """A script of ours threw in the page."""


def _value_of(answer: dict[str, Any]) -> Any:
    if "exceptionDetails" in answer:
        details = answer["exceptionDetails"]
        raise ScriptFailed(details.get("exception", {}).get("description", details["text"]))
    return answer["result"].get("value")
