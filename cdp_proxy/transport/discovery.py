"""`/json/*`: what CDP clients ask over HTTP before they connect."""

from __future__ import annotations

from urllib.parse import urlencode

import cdp.browser
import cdp.target
from twisted.web.server import Request

from cdp_proxy.transport.caller import CallFailed
from cdp_proxy.transport.protocol_file import ProtocolFile
from cdp_proxy.transport.session import LiveSession
from shared.errors import SessionEnded


class Discovery:
    """Answers for one session, in the shapes of Chromium's own endpoint."""

    def __init__(self, protocol_file: ProtocolFile) -> None:
        self._protocol_file = protocol_file

    async def version(self, session: LiveSession, request: Request) -> dict[str, str]:
        """`/json/version`, with the URL that this very client can reach."""
        try:
            version = await session.browser.caller.call(cdp.browser.get_version())
        except CallFailed as error:
            raise SessionEnded("The session's browser is gone.") from error
        protocol, product, revision, user_agent, js_version = version
        return {
            "Browser": product,
            "Protocol-Version": protocol,
            "User-Agent": user_agent,
            "V8-Version": js_version,
            "WebKit-Version": f"537.36 ({revision})",
            "webSocketDebuggerUrl": _public_url(request, "/cdp"),
        }

    async def targets(self, session: LiveSession, request: Request) -> list[dict[str, str]]:
        """`/json/list`: the open targets, each with a URL that leads to it alone."""
        try:
            targets = await session.browser.caller.call(cdp.target.get_targets())
        except CallFailed as error:
            raise SessionEnded("The session's browser is gone.") from error
        return [
            {
                "description": "",
                "id": str(target.target_id),
                "title": target.title,
                "type": target.type_,
                "url": target.url,
                "webSocketDebuggerUrl": _public_url(request, f"/devtools/page/{target.target_id}"),
            }
            for target in targets
        ]

    async def protocol(self) -> bytes:
        """`/json/protocol`: this Chromium's own protocol description, as JSON text."""
        return await self._protocol_file.get()


def _public_url(request: Request, path: str) -> str:
    """`ws[s]://host/path?token=…` as seen by the client, behind proxies too."""
    forwarded = request.getHeader("X-Forwarded-Proto") or ""
    secure = forwarded.split(",")[0].strip() in {"https", "wss"} or request.isSecure()
    host = request.getHeader("X-Forwarded-Host") or request.getHeader("Host") or ""
    host = host.split(",")[0].strip()  # proxies in a row each add theirs
    if not host:
        here = request.getHost()
        host = f"{here.host}:{here.port}"
    prefix = (request.getHeader("X-Forwarded-Prefix") or "").rstrip("/")
    token = request.args.get(b"token", [b""])[-1].decode("latin-1")
    query = f"?{urlencode({'token': token})}" if token else ""
    return f"{'wss' if secure else 'ws'}://{host}{prefix}{path}{query}"
