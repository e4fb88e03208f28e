"""The commands that a client may not send as they are; every other one goes through.

Clients run ahead of any allow-list, so this is a deny-and-rewrite table, one row a method. It
guards three things: the browser process (closing it is the session's business), the container's
files (paths stay inside the session's folders), and the table itself (no way around it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from cdp_proxy.core import messages
from cdp_proxy.core.json_text import TooLarge, TreeReader
from cdp_proxy.core.messages import Command

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The command is not run; `reply` goes to the client."""

    reply: bytes


@dataclass(frozen=True, slots=True)
class CloseBrowser:
    """The client sent `Browser.close`; `reply` is its answer, before the end."""

    reply: bytes


class Refused(Exception):
    """A row's verdict; the text is the CDP error's message."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The session's places on the container's disk, absolute, without links."""

    downloads: str
    uploads: str

    def holds(self, path: str) -> bool:
        """Whether `path` lies in one of them, as text: `..` and relative paths never do."""
        parts = PurePosixPath(path).parts
        return ".." not in parts and any(
            PurePosixPath(path).is_relative_to(root) for root in (self.downloads, self.uploads)
        )


class Policy:
    """The table, bound to one session's folders."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self.rows: Mapping[str, Row] = ROWS

    def judge(self, command: Command, message: bytes) -> bytes | Refusal | CloseBrowser:
        """Apply the row of `command.method`, which must be in `rows`.

        Returns:
            The message to send on (rewritten or as it was), a refusal, or the wish to close.
        """
        if command.method == "Browser.close":
            return CloseBrowser(messages.make_result(command))
        try:
            rewritten = self.rows[command.method](_params_of(command), self)
        except Refused as refused:
            return Refusal(messages.make_error(messages.SERVER_ERROR, str(refused), command))
        if rewritten is None:
            return message
        try:
            return messages.make_command(
                command.id, command.method, rewritten, command.session_id or None
            )
        except UnicodeEncodeError:  # a lone surrogate, where none has a meaning
            text = "params hold text that is not Unicode"
            return Refusal(messages.make_error(messages.SERVER_ERROR, text, command))

    def download_path(self) -> str:
        """Where all downloads of the session go, whatever a client asks for."""
        return self._folders.downloads

    def check_path(self, path: object) -> None:
        """Refuse a path outside the session's folders."""
        if not isinstance(path, str) or not self._folders.holds(path):
            raise Refused(
                "The file is outside the session's folders: upload it to the session first."
            )


Row = Callable[[Params, Policy], Params | None]
"""Judges one method's params: returns new ones, or None to leave them; raises `Refused`."""

_FORBIDDEN_SCHEMES = frozenset({"file", "chrome", "chrome-untrusted", "devtools", "filesystem"})
_WRAPPING_SCHEMES = ("view-source:", "filesystem:", "blob:")
_STRIPPED = "".join(map(chr, range(0x21)))


def check_url(url: object) -> None:
    """Refuse URLs that read the container's disk or Chromium's own pages.

    Chromium strips control characters and white space around a URL, and tabs and line breaks
    within (WHATWG URL, basic parser); so does this check.
    """
    if not isinstance(url, str):
        return
    text = url.strip(_STRIPPED).translate({9: None, 10: None, 13: None}).lower()
    while text.startswith(_WRAPPING_SCHEMES):
        text = text.split(":", 1)[1].lstrip(_STRIPPED + "/")  # view-source: strips once more
    scheme = unquote(text.split(":", 1)[0])
    if ":" in text and scheme in _FORBIDDEN_SCHEMES:
        raise Refused(f"{scheme}: URLs are not allowed in this session.")
    if text.startswith(("/", "\\")):
        raise Refused("A URL needs a scheme.")


def _params_of(command: Command) -> Params:
    try:
        params = TreeReader().read(bytes(command.params)) if command.params else {}
    except TooLarge as error:
        raise Refused(f"params hold {error}") from error
    except (ValueError, RecursionError) as error:
        raise Refused("params cannot be read") from error
    if not isinstance(params, dict):
        raise Refused("params must be an object")
    return params


def _deny(text: str) -> Row:
    def row(_params: Params, _policy: Policy) -> None:
        raise Refused(text)

    return row


def _url_field(name: str) -> Row:
    def row(params: Params, _policy: Policy) -> None:
        check_url(params.get(name))

    return row


def _downloads(params: Params, policy: Policy) -> Params | None:
    if "downloadPath" not in params and params.get("behavior") not in ("allow", "allowAndName"):
        return None
    return {**params, "downloadPath": policy.download_path()}


def _files(params: Params, policy: Policy) -> None:
    files = params.get("files")
    for path in files if isinstance(files, list) else []:
        policy.check_path(path)


def _drag(params: Params, policy: Policy) -> None:
    data = params.get("data")
    if isinstance(data, dict):
        _files(data, policy)


def _nested(params: Params, policy: Policy) -> None:
    """`Target.sendMessageToTarget` carries a command as text: the same table holds for it."""
    try:
        command = messages.decode_command(str(params.get("message", "")).encode())
    except (messages.Malformed, UnicodeEncodeError) as error:
        raise Refused("message is not a CDP command") from error
    if command.method == "Browser.close":
        raise Refused("Browser.close has to be sent directly.")
    row = policy.rows.get(command.method)
    if row is None:
        return
    if row(_params_of(command), policy) is not None:
        raise Refused(f"{command.method} has to be sent on a flat session.")


def _unreachable(_params: Params, _policy: Policy) -> None:
    raise AssertionError("Browser.close is granted or refused by the session")


_OWN_PROCESS = "This would take the browser process down; end the session instead."

ROWS: Mapping[str, Row] = {
    "Browser.close": _unreachable,
    "Browser.crash": _deny(_OWN_PROCESS),
    "Browser.crashGpuProcess": _deny(_OWN_PROCESS),
    "Browser.setDownloadBehavior": _downloads,
    "Page.setDownloadBehavior": _downloads,
    "DOM.setFileInputFiles": _files,
    "Input.dispatchDragEvent": _drag,
    "Page.navigate": _url_field("url"),
    "Target.createTarget": _url_field("url"),
    "Network.loadNetworkResource": _url_field("url"),
    "Fetch.continueRequest": _url_field("url"),
    "Network.continueInterceptedRequest": _url_field("url"),
    "Extensions.loadUnpacked": _deny("Extensions are loaded when the session is created."),
    "Target.exposeDevToolsProtocol": _deny("A page may not drive its own browser."),
    "Target.sendMessageToTarget": _nested,
}
