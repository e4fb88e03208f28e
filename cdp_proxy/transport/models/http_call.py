"""One POST of JSON to a model service, bounded in size and time, and never redirected.

The standard library's client, not urllib3: a question is one request on one connection, and holding
the socket is what lets `abort` end it from another thread. Importing it costs nothing; Twisted has.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from cdp_proxy.transport.models.addresses import connect
from cdp_proxy.transport.models.backoff import parse_retry_after
from cdp_proxy.transport.models.exchange import Busy, Rejected, Reply
from shared.surrogates import mend_surrogates

_ANSWER_BYTES_MAX = 4 * 2**20
_WORTH_ANOTHER_TRY = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY}
    | {HTTPStatus.TOO_MANY_REQUESTS}
)
_LASTING = frozenset({"insufficient_quota"})
"""Codes that waiting does not change: OpenAI's for an account without money, a 429."""
_CODE = re.compile(r"[\w.-]{1,64}", re.ASCII)
_TEXT_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPost:
    """A request."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    """The key is in here."""
    body: Mapping[str, object] = field(repr=False)
    guarded: bool


class HttpCall:
    """A `Call` over HTTP."""

    def __init__(
        self,
        post: JsonPost,
        read: Callable[[dict[str, Any]], Reply],
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            post: the request.
            read: turns the decoded body of a 200 into a reply; KeyError and the like when it is
                not of the provider's format.
            tls: whom to trust; the system's authorities by default.
        """
        self._tls = tls or _system_tls
        self._post = post
        self._read = read
        self._socket: socket.socket | None = None
        self._aborted = False

    def run(self, timeout_seconds: float) -> Reply:
        """See `Call`."""
        try:
            response, body = self._exchange(timeout_seconds)
        except ssl.SSLCertVerificationError as error:
            raise Rejected(0, "certificate", "") from error
        except (OSError, HTTPException) as error:
            raise Busy(None) from error
        finally:
            self._close()
        if response.status != HTTPStatus.OK:
            raise _error_of(response, body)
        try:
            return self._read(_decoded(body))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Rejected(response.status, "not_the_protocol", "") from error

    def abort(self) -> None:
        """See `Call`; what blocks on the socket ends with an error."""
        self._aborted = True
        if self._socket is not None:
            with suppress(OSError):  # not connected yet, or closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def _exchange(self, timeout_seconds: float) -> tuple[HTTPResponse, bytes]:
        parts = urlsplit(self._post.url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._socket = connect(host, port, timeout_seconds, self._post.guarded)
        if secure:
            secured = self._tls().wrap_socket(
                self._socket, server_hostname=host, do_handshake_on_connect=False
            )
            self._socket = secured  # before the handshake, so that `abort` can end that too
            secured.do_handshake()
        if self._aborted:
            raise OSError("aborted")
        connection = (HTTPSConnection if secure else HTTPConnection)(host, port)
        connection.sock = self._socket
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = json.dumps(self._post.body, ensure_ascii=False, separators=(",", ":"))
        connection.request("POST", path, body.encode(errors="replace"), dict(self._post.headers))
        with connection.getresponse() as response:
            return response, _whole_body(response)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()


@cache
def _system_tls() -> ssl.SSLContext:
    """Trusts what the system trusts (or `SSL_CERT_FILE`)."""
    return ssl.create_default_context()


def _whole_body(response: HTTPResponse) -> bytes:
    """All of it; an error when it is too long or ends early.

    One that ends within its headers looks to `http.client` like an empty one.
    """
    body = response.read(_ANSWER_BYTES_MAX + 1)
    declared = response.getheader("Content-Length")
    if len(body) > _ANSWER_BYTES_MAX:
        raise HTTPException("the answer is too long")
    expected = int(declared) if declared is not None and declared.isdecimal() else 0
    if len(body) < expected or (not body and response.status == HTTPStatus.OK):
        raise HTTPException("the answer ended early")
    return body


def _decoded(body: bytes) -> dict[str, Any]:
    value = json.loads(mend_surrogates(body))
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _error_of(response: HTTPResponse, body: bytes) -> Busy | Rejected:
    status = response.status
    code, text = _error_in(body)
    failing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _WORTH_ANOTHER_TRY
    if failing and code not in _LASTING:
        return Busy(status, parse_retry_after(response.headers))
    return Rejected(status, code, text)


def _error_in(body: bytes) -> tuple[str, str]:
    """Code and text of an error; of OpenAI's and Anthropic's shape, or the body as text.

    `{"error": {"message", "type", "code"?, "param"?}}`; some servers leave `error` out, or have
    `detail` or a string there.
    """
    try:
        value = _decoded(body)
    except (ValueError, TypeError, RecursionError):
        return "", body[:_TEXT_MAX].decode(errors="replace")
    error = value.get("error", value)
    if not isinstance(error, dict):
        return "", str(error)[:_TEXT_MAX]
    code = next((word for key in ("code", "type") if (word := error.get(key))), "")
    text = " ".join(str(error.get(key) or "") for key in ("param", "message", "detail"))
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "", text[:_TEXT_MAX]
