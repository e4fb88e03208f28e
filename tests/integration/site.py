"""A local test site: one server, several loopback origins, and a memory of every request.

`127.0.0.1` and `localhost` are two *sites* to Chromium, so that a frame of the other one lives in
a process of its own. A second server speaks https with a certificate nobody trusts.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.certificate import write_certificate
from tests.integration.waiting import wait_until

DOWNLOAD_BYTES = 300_000
TALL_PAGE_PX = 6_000
_BLOCK_BYTES = 1 << 20
_NEVER_SECONDS = 600.0
_ACTION_PAGES = Path(__file__).parent / "action_pages"
"""Pages to act on, as real ones are made; each keeps what happened in `window.log`."""

FRAME = """<!doctype html><title>frame</title>
<button id=button onclick="out.textContent = 'clicked ' + ++n">Press</button>
<label>Field <input id=field oninput="echo.textContent = this.value"></label>
<p id=out></p><p id=echo></p><script>let n = 0</script>"""

FORM = """<!doctype html><title>form</title>
<form action=/submitted><label>Name <input name=name id=name></label>
<label>Colour <select name=colour id=colour><option>Red<option>Blue</select></label>
<label><input type=checkbox name=agree id=agree> Agree</label><button id=send>Send</button></form>
<a id=other href=/plain>other</a>"""

UPLOAD = """<!doctype html><title>upload</title><input type=file id=file><pre id=result></pre>
<script>file.onchange = async () => {
  const chosen = file.files[0];
  const answer = await fetch('/upload?name=' + encodeURIComponent(chosen.name),
                             {method: 'POST', body: chosen});
  result.textContent = await answer.text();
}</script>"""

POPUPS = """<!doctype html><title>opener</title>
<a id=blank target=_blank href=/popup?by=link>link</a>
<button id=open onclick="window.opened = window.open('/popup?by=script')">open</button>"""

TALL = f"""<!doctype html><title>tall</title><body style="margin:0">
<div style="height:{TALL_PAGE_PX}px;background:linear-gradient(red,blue)">tall</div>"""

BUSY = "<!doctype html><title>busy</title><script>setTimeout(() => { while (true); }, 0)</script>"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request the site got."""

    method: str
    path: str
    """With its query."""
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass
class Site:
    """The running site."""

    port: int
    secure_port: int
    seen: list[Seen] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        """Where pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_origin(self) -> str:
        """The same pages on another site."""
        return f"http://localhost:{self.port}"

    @property
    def secure_origin(self) -> str:
        """The same pages behind a certificate that nobody has signed."""
        return f"https://127.0.0.1:{self.secure_port}"

    def url(self, path: str) -> str:
        """A page's address."""
        return self.origin + path

    def request_for(self, path: str) -> Seen:
        """The first request for exactly this path and query, once it has come."""
        return wait_until(
            lambda: next((seen for seen in list(self.seen) if seen.path == path), None),
            f"a request for {path}",
        )


class SiteServer:
    """Runs a `Site` until it is stopped."""

    def __init__(self, folder: Path) -> None:
        """`folder` gets the certificate."""
        site = self.site = Site(0, 0)

        class Handler(SiteHandler):
            pages = site

        self._plain = _Server(("127.0.0.1", 0), Handler)
        self._secure = _Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(write_certificate(folder))
        self._secure.socket = context.wrap_socket(self._secure.socket, server_side=True)
        site.port, site.secure_port = self._plain.server_port, self._secure.server_port
        for server in (self._plain, self._secure):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Let go of the pages that never finish, and stop."""
        self.site.stopping.set()
        for server in (self._plain, self._secure):
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that was killed, or that dislikes the certificate, is no news here."""


class SiteHandler(BaseHTTPRequestHandler):
    """One request."""

    pages: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._remember()
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        page = _PAGES.get(parts.path)
        if page is None:
            self._send(404, b"nothing here", "text/plain")
        else:
            page(self, query)

    def do_POST(self) -> None:
        self._remember()
        digest = hashlib.sha256()
        left = size = int(self.headers.get("Content-Length", "0"))
        while left:
            block = self.rfile.read(min(left, _BLOCK_BYTES))
            digest.update(block)
            left -= len(block)
        self.send_json({"size": size, "sha256": digest.hexdigest()})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""

    def send_html(self, text: str, headers: Mapping[str, str] | None = None) -> None:
        self._send(200, text.encode(), "text/html; charset=utf-8", headers)

    def send_json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), "application/json")

    def send_file(self, data: bytes, name: str) -> None:
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        self._send(200, data, "application/octet-stream", disposition)

    def send_script(self, text: str) -> None:
        self._send(200, text.encode(), "text/javascript; charset=utf-8")

    def send_for_ever(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>never</title><p>begun")
        self.wfile.flush()
        self.pages.stopping.wait(_NEVER_SECONDS)
        self.close_connection = True

    def _remember(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.pages.seen.append(Seen(self.command, self.path, headers))

    def _send(
        self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


Page = Callable[[SiteHandler, Mapping[str, str]], None]


def download_body() -> bytes:
    """What `/download` gives."""
    return hashlib.shake_128(b"download").digest(DOWNLOAD_BYTES)


def _home(handler: SiteHandler, query: Mapping[str, str]) -> None:
    other = handler.pages.other_origin
    tag = query.get("tag", "")
    handler.send_html(
        f"<!doctype html><title>home</title><h1>Home</h1>"
        f'<iframe id=cross name=cross src="{other}/frame?tag={tag}"></iframe>'
        f'<iframe id=nested src="{other}/nested?tag={tag}"></iframe>'
        f"<iframe id=same name=same src=/frame></iframe>"
    )


def _nested(handler: SiteHandler, query: Mapping[str, str]) -> None:
    inner = f"{handler.pages.origin}/frame?tag={query.get('tag', '')}-nested"
    handler.send_html(f'<!doctype html><title>nested</title><iframe name=inner src="{inner}">')


def _headers(handler: SiteHandler, _query: Mapping[str, str]) -> None:
    handler.send_json({name.lower(): value for name, value in handler.headers.items()})


def _set_cookie(handler: SiteHandler, query: Mapping[str, str]) -> None:
    cookie = f"{query['name']}={query['value']}; Path=/; Max-Age=3600"
    handler.send_html("<!doctype html><title>cookie set</title>", {"Set-Cookie": cookie})


def _read_cookie(handler: SiteHandler, _query: Mapping[str, str]) -> None:
    handler.send_html(f"<!doctype html><title>cookies</title>{handler.headers.get('Cookie', '')}")


def _fixed(text: str) -> Page:
    return lambda handler, _query: handler.send_html(text)


def _echo(handler: SiteHandler, query: Mapping[str, str]) -> None:
    handler.send_html(f"<!doctype html><title>submitted</title><pre>{json.dumps(query)}</pre>")


def _slow(handler: SiteHandler, query: Mapping[str, str]) -> None:
    handler.pages.stopping.wait(int(query["ms"]) / 1000)
    handler.send_html(
        "<!doctype html><title>slow</title><script src=/actions/record.js></script>"
        "<h1>Worth the wait</h1><button onclick=\"record('continued')\">Continue</button>"
    )


def _saved(path: Path) -> Page:
    if path.suffix == ".js":
        return lambda handler, _query: handler.send_script(path.read_text())
    return lambda handler, _query: handler.send_html(path.read_text())


_PAGES: Mapping[str, Page] = {
    **{f"/actions/{path.name}": _saved(path) for path in _ACTION_PAGES.iterdir()},
    "/": _home,
    "/nested": _nested,
    "/frame": _fixed(FRAME),
    "/form": _fixed(FORM),
    "/submitted": _echo,
    "/upload": _fixed(UPLOAD),
    "/popups": _fixed(POPUPS),
    "/popup": _fixed("<!doctype html><title>popup</title><h1>Popup</h1>"),
    "/plain": _fixed("<!doctype html><title>plain</title><p>plain"),
    "/tall": _fixed(TALL),
    "/busy": _fixed(BUSY),
    "/headers": _headers,
    "/cookie/set": _set_cookie,
    "/cookie/read": _read_cookie,
    "/download": lambda handler, _query: handler.send_file(download_body(), "report.bin"),
    "/slow": _slow,
    "/never": lambda handler, _query: handler.send_for_ever(),
}
