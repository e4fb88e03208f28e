"""What each method takes: a target or none, and which arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from cdp_proxy.core.actions.steps import Method

_MANY = 50
_SCROLLS = frozenset({"up", "down", "left", "right", "top", "bottom"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How one method may be called."""

    target: bool | None
    """True: on an element; False: on none; None: either."""
    arguments: tuple[int, int] = (0, 0)
    """The fewest and the most."""
    words: str = ""
    """Says what the arguments are; `""` when there are none."""


SIGNATURES: Mapping[Method, Signature] = {
    Method.CLICK: Signature(target=True),
    Method.DOUBLE_CLICK: Signature(target=True),
    Method.RIGHT_CLICK: Signature(target=True),
    Method.HOVER: Signature(target=True),
    Method.FOCUS: Signature(target=True),
    Method.FILL: Signature(target=True, arguments=(1, 1), words="the text"),
    Method.TYPE: Signature(target=None, arguments=(1, 1), words="the text"),
    Method.CLEAR: Signature(target=True),
    Method.PRESS: Signature(
        target=None, arguments=(1, 1), words="a key or chord such as Enter, Control+A"
    ),
    Method.SELECT: Signature(
        target=True, arguments=(1, _MANY), words="the options, as the page writes them"
    ),
    Method.CHECK: Signature(target=True),
    Method.UNCHECK: Signature(target=True),
    Method.SET: Signature(
        target=True,
        arguments=(1, 1),
        words="the value; dates as YYYY-MM-DD, times as HH:MM, colours as #rrggbb",
    ),
    Method.UPLOAD: Signature(target=True, arguments=(1, _MANY), words="names of uploaded files"),
    Method.DRAG: Signature(target=True),
    Method.SCROLL: Signature(
        target=None, arguments=(1, 1), words="up, down, left, right, top or bottom"
    ),
    Method.SCROLL_TO: Signature(target=True),
    Method.WAIT: Signature(target=False, arguments=(1, 1), words="seconds"),
    Method.WAIT_FOR: Signature(target=True),
    Method.WAIT_GONE: Signature(target=True),
    Method.NAVIGATE: Signature(target=False, arguments=(1, 1), words="the http or https URL"),
    Method.BACK: Signature(target=False),
    Method.FORWARD: Signature(target=False),
    Method.RELOAD: Signature(target=False),
    Method.CLOSE: Signature(target=True),
    Method.EXPAND: Signature(target=True),
    Method.COLLAPSE: Signature(target=True),
    Method.ACCEPT_DIALOG: Signature(target=False, arguments=(0, 1), words="a prompt's answer"),
    Method.DISMISS_DIALOG: Signature(target=False),
}
"""Every method (a test says so)."""


def complaint_about(method: Method, has_target: bool, arguments: Sequence[str]) -> str | None:
    """What is wrong with calling `method` like this; None when nothing is."""
    signature = SIGNATURES[method]
    fewest, most = signature.arguments
    if signature.target is not None and signature.target is not has_target:
        return f"{method.value} takes {'an' if signature.target else 'no'} element"
    if not fewest <= len(arguments) <= most:
        wanted = f"as arguments {signature.words}" if most else "no arguments"
        return f"{method.value} takes {wanted}"
    if method is Method.SCROLL and arguments[0] not in _SCROLLS:
        return f"scroll takes {signature.words}"
    if method is Method.NAVIGATE and not _is_web_url(arguments[0]):
        return "navigate takes an http or https URL"
    return None


def _is_web_url(text: str) -> bool:
    """Of a kind that Python and browsers read alike: a backslash would part them on the host."""
    if "\\" in text or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
