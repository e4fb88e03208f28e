"""`/live`: the page for people, and the files it is made of (`cdp_proxy/live/`).

The page itself is given to the holder of a token with the scope `view` of a live session; its files
need no token, they are the same for everybody. All of its addresses are relative, so that any TLS
proxy and path prefix may stand in front.

Anybody may put the page into a frame: who can name its address has the session's token in hand, so
there is nothing that a stranger's page could make the holder click on unawares.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Final

from twisted.web import http
from twisted.web.server import Request

from cdp_proxy.transport.answers import Alive, refuse
from cdp_proxy.transport.authority import Authority
from cdp_proxy.transport.files import MethodNotAllowed
from shared.errors import NothingHere, WallCrawlerError
from shared.tokens import Scope

FOLDER: Final = Path(__file__).parents[1] / "live"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PAGE: Final = "index.html"
_REFUSAL: Final = "refusal.html"
_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self' ws: wss:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors *",
        "require-trusted-types-for 'script'",
    )
)
_TITLES: Final = {
    401: "This link is not valid",
    403: "This link is not for watching",
    404: "There is no such session",
    410: "The session has ended",
    503: "Not available just now",
}
_ADVICE: Final = {
    401: "Ask whoever gave it to you for a new one.",
    403: "Ask whoever gave it to you for one with the scope view.",
    404: "Check that the link is complete.",
    410: "Its browser is gone; a new session has a new link.",
    503: "This page tries again by itself.",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    kind: str
    body: bytes
    tag: bytes
    """ETag, with its quotes."""


class LivePage:
    """Answers everything below `/live`; the files are read once."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._page = (FOLDER / _PAGE).read_bytes()
        self._refusal = Template((FOLDER / _REFUSAL).read_text())
        self._assets = {
            path.name: _make_asset(path) for path in FOLDER.iterdir() if path.suffix in _KINDS
        }

    async def answer(self, request: Request, alive: Alive, path: list[str]) -> None:
        """Answer a request for `/live/` and what is in `path`.

        Raises:
            WallCrawlerError: to be answered in its stead, as JSON.
        """
        if request.method not in {b"GET", b"HEAD"}:
            request.setHeader("Allow", "GET, HEAD")
            raise MethodNotAllowed("Use GET or HEAD here.")
        match path:
            case [] if request.path.endswith(b"/"):
                _redirect_to_page(request, alive)
            case []:
                await self._give_page(request, alive)
            case [name] if name in self._assets:
                _send_asset(request, alive, self._assets[name])
            case _:
                raise NothingHere

    async def _give_page(self, request: Request, alive: Alive) -> None:
        try:
            await self._authority.session_for(request, Scope.VIEW, None)
        except WallCrawlerError as error:
            self._refuse(request, alive, error)
        else:
            _send_html(request, alive, self._page)

    def _refuse(self, request: Request, alive: Alive, error: WallCrawlerError) -> None:
        """For people as a page, for programs (the page's own script too) as JSON."""
        request.setHeader("Vary", "Accept")
        if "text/html" not in (request.getHeader("Accept") or ""):
            refuse(request, alive, error)
            return
        status = HTTPStatus(error.http_status)
        request.setResponseCode(status)
        if error.retry_after_seconds is not None:
            request.setHeader("Retry-After", str(error.retry_after_seconds))
            request.setHeader("Refresh", str(error.retry_after_seconds))
        words = {
            "title": _TITLES.get(status, "The page cannot be shown"),
            "message": error.message,
            "advice": _ADVICE.get(status, ""),
            "status": str(status.value),
            "code": error.code,
        }
        escaped = {name: escape(text) for name, text in words.items()}
        _send_html(request, alive, self._refusal.substitute(escaped).encode())


def _make_asset(path: Path) -> _Asset:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return _Asset(_KINDS[path.suffix], body, tag.encode())


def _redirect_to_page(request: Request, alive: Alive) -> None:
    """Below `/live/` the page's relative addresses would lead astray."""
    query = request.uri.partition(b"?")[2]
    request.setResponseCode(HTTPStatus.PERMANENT_REDIRECT)
    request.setHeader(b"Location", b"../live" + (b"?" + query if query else b""))
    request.setHeader("Cache-Control", "no-store")
    request.setHeader("Referrer-Policy", "no-referrer")
    alive.finish(b"")


def _send_html(request: Request, alive: Alive, body: bytes) -> None:
    request.setHeader("Content-Type", "text/html; charset=utf-8")
    request.setHeader("Content-Security-Policy", _SECURITY_POLICY)
    request.setHeader("Cache-Control", "no-store")
    request.setHeader("Referrer-Policy", "no-referrer")
    request.setHeader("X-Content-Type-Options", "nosniff")
    alive.finish(body)


def _send_asset(request: Request, alive: Alive, asset: _Asset) -> None:
    """Kept by browsers, but asked for each time: a new container must not meet an old script."""
    request.setHeader("Content-Type", asset.kind)
    request.setHeader("Cache-Control", "no-cache")
    request.setHeader("X-Content-Type-Options", "nosniff")
    unchanged = request.setETag(asset.tag) is http.CACHED
    alive.finish(b"" if unchanged else asset.body)
