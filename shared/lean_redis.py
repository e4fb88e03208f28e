"""A Redis client whose import takes 6 ms instead of redis-py's 80, for Lambda's cold starts.

Blocking and safe to use from several threads: each command has a connection to itself. What is
sent is never sent twice, so a request is pushed at most once whatever happens to the network. The
container, which starts seldom, keeps redis-py.

1. A command takes an idle connection that nobody has closed, or opens one (TLS, `AUTH`, `SELECT`).
2. A password that is refused is read anew, once: it may have been rotated.
3. After a whole reply the connection is idle again; after anything else it is closed.
"""

from __future__ import annotations

import hashlib
import select
import socket
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from shared.limits import REDIS_SOCKET_SECONDS
from shared.redis_commands import Convert, RedisCommands, as_is
from shared.resp import Argument, ProtocolError, Reply, ReplyError, encode_command, read_reply

_IDLE_CONNECTIONS_MAX = 8
_PORT = 6379
_OF_THE_SERVER = frozenset({"LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY"})
"""Refusals that say that this server cannot serve now: after a failover another one does."""
_OF_THE_PASSWORD = frozenset({"WRONGPASS", "NOAUTH", "NOPERM"})


class RedisUnreachable(Exception):
    """Redis cannot be asked just now; whether the command was run is not known."""


class PasswordRefused(RedisUnreachable):
    """Redis does not take the password."""


class PasswordSource(Protocol):
    """Where the password comes from when it is not part of the endpoint."""

    def read(self, *, fresh: bool) -> str | None:
        """The password; `fresh`: the last one was refused, so not from memory."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where Redis is, and how it is talked to."""

    address: str | tuple[str, int]
    """The path of a unix socket, or host and port."""
    tls: bool = False
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_endpoint(text: str) -> Endpoint:
    """`host:port`, or a `redis://`, `rediss://` or `unix://` URL.

    Raises:
        ValueError: it is none of these.
    """
    url = urlsplit(text if "://" in text else f"redis://{text}")
    user = unquote(url.username) if url.username else None
    password = unquote(url.password) if url.password else None
    if url.scheme == "unix":
        return Endpoint(unquote(url.path), user=user, password=password)
    if url.scheme not in {"redis", "rediss"} or not url.hostname:
        raise ValueError("not an endpoint of Redis")
    return Endpoint(
        (url.hostname, url.port or _PORT),
        tls=url.scheme == "rediss",
        database=int(url.path.strip("/") or 0),
        user=user,
        password=password,
    )


def connect(endpoint: str, password: PasswordSource | None = None) -> LeanRedis:
    """A client for `endpoint`; connects at the first command."""
    return LeanRedis(parse_endpoint(endpoint), password)


class LeanRedis(RedisCommands):
    """The client; see the module's docstring."""

    def __init__(self, endpoint: Endpoint, password: PasswordSource | None = None) -> None:
        self._endpoint = endpoint
        self._password = password
        # A deque's append and pop are atomic: no lock is needed between threads.
        self._idle: deque[_Connection] = deque()

    def register_script(self, script: str) -> Script:
        """A Lua script that is sent by its digest, in full only when the server lacks it."""
        return Script(self, script)

    def pipeline(self, transaction: bool = True) -> Pipeline:
        """Commands that travel together; with `transaction` they also run as one."""
        return Pipeline(self, transaction=transaction)

    def close(self) -> None:
        """Close what is idle; a later command opens a connection again."""
        while self._idle:
            self._idle.pop().close()

    def exchange(self, commands: Sequence[tuple[Argument, ...]]) -> list[Reply]:
        """Send commands at once and read one reply for each; errors are among them.

        Raises:
            RedisUnreachable: not all replies came, or one said that the server cannot serve.
        """
        request = b"".join(map(encode_command, commands))
        connection = self._take()
        try:
            replies = connection.exchange(request, len(commands))
        except BaseException:
            connection.close()
            raise
        if any(isinstance(reply, ReplyError) and reply.kind in _OF_THE_SERVER for reply in replies):
            connection.close()
            raise RedisUnreachable("Redis cannot serve just now")
        self._give_back(connection)
        return replies

    def _run(self, *parts: Argument, convert: Convert = as_is) -> Any:
        (reply,) = self.exchange([parts])
        return _converted(reply, convert)

    def _take(self) -> _Connection:
        while True:
            try:
                # The last used first, so that the others age and are found closed.
                connection = self._idle.pop()
            except IndexError:
                return self._open()
            if connection.usable():
                return connection
            connection.close()

    def _give_back(self, connection: _Connection) -> None:
        if len(self._idle) < _IDLE_CONNECTIONS_MAX:
            self._idle.append(connection)
        else:
            connection.close()

    def _open(self) -> _Connection:
        password = self._read_password(fresh=False)
        try:
            return _Connection(self._endpoint, password)
        except PasswordRefused:
            renewed = self._read_password(fresh=True)
            if renewed == password:
                raise
            return _Connection(self._endpoint, renewed)

    def _read_password(self, *, fresh: bool) -> str | None:
        if self._password is None:
            return self._endpoint.password
        return self._password.read(fresh=fresh)


class Pipeline(RedisCommands):
    """Queues commands for one round trip; of one thread."""

    def __init__(self, client: LeanRedis, *, transaction: bool) -> None:
        self._client = client
        self._transaction = transaction
        self._queued: list[tuple[tuple[Argument, ...], Convert]] = []

    def execute(self) -> list[Any]:
        """Run what is queued; the queue is empty afterwards, whatever happens.

        Raises:
            ReplyError: of the first command that failed; those after it have been run.
            RedisUnreachable: it is not known what has been run.
        """
        queued, self._queued = self._queued, []
        if not queued:
            return []
        replies = self._exchange([parts for parts, _convert in queued])
        return [
            _converted(reply, convert)
            for reply, (_parts, convert) in zip(replies, queued, strict=True)
        ]

    def _run(self, *parts: Argument, convert: Convert = as_is) -> Any:
        self._queued.append((parts, convert))
        return self

    def _exchange(self, commands: list[tuple[Argument, ...]]) -> list[Reply]:
        if not self._transaction:
            return self._client.exchange(commands)
        replies = self._client.exchange([("MULTI",), *commands, ("EXEC",)])
        for reply in replies:
            _converted(reply, as_is)
        outcome = replies[-1]
        if not isinstance(outcome, list):
            raise ReplyError("EXECABORT the transaction was not run")
        return outcome


class Script:
    """A Lua script; calling it is one round trip, two the first time that a server sees it."""

    def __init__(self, client: LeanRedis, text: str) -> None:
        self._client = client
        self._text = text
        # Redis names scripts so; nothing is protected by it.
        self._digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, keys: Sequence[Argument] = (), args: Sequence[Argument] = ()) -> Any:
        """Run it; the keys come as KEYS, the arguments as ARGV.

        Raises:
            ReplyError: the script failed.
            RedisUnreachable: whether it ran is not known.
        """
        rest = (len(keys), *keys, *args)
        (reply,) = self._client.exchange([("EVALSHA", self._digest, *rest)])
        if isinstance(reply, ReplyError) and reply.kind == "NOSCRIPT":
            (reply,) = self._client.exchange([("EVAL", self._text, *rest)])
        return _converted(reply, as_is)


class _Connection:
    """One connection, ready for commands once it is made.

    Raises `RedisUnreachable`, from its making too; it is closed then, or must be by its user.
    """

    def __init__(self, endpoint: Endpoint, password: str | None) -> None:
        try:
            self._socket = _open_socket(endpoint)
        except OSError as error:
            raise RedisUnreachable(f"no connection: {error.strerror or error}") from error
        self._stream = self._socket.makefile("rb")
        try:
            self._greet(endpoint, password)
        except BaseException:
            self.close()
            raise

    def exchange(self, request: bytes, count: int) -> list[Reply]:
        """Send, then read `count` replies."""
        try:
            self._socket.sendall(request)
            return [read_reply(self._stream) for _ in range(count)]
        except TimeoutError as error:
            raise RedisUnreachable("Redis does not answer") from error
        except (OSError, ProtocolError) as error:
            raise RedisUnreachable(f"the connection was lost: {error}") from error

    def usable(self) -> bool:
        """Whether it is still open: nothing may be there to read, not even its end."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Let it go; harmless when repeated."""
        self._stream.close()
        self._socket.close()

    def _greet(self, endpoint: Endpoint, password: str | None) -> None:
        greetings: list[tuple[Argument, ...]] = []
        if password is not None:
            named = [] if endpoint.user is None else [endpoint.user]
            greetings.append(("AUTH", *named, password))
        if endpoint.database:
            greetings.append(("SELECT", endpoint.database))
        replies = self.exchange(b"".join(map(encode_command, greetings)), len(greetings))
        for reply in replies:
            if isinstance(reply, ReplyError):
                refusal = PasswordRefused if _about_password(reply) else RedisUnreachable
                raise refusal(f"Redis refused the connection ({reply.kind})")


def _about_password(reply: ReplyError) -> bool:
    # An `AUTH` where no password is wanted is a plain ERR.
    return reply.kind in _OF_THE_PASSWORD or "AUTH" in str(reply)


def _open_socket(endpoint: Endpoint) -> socket.socket:
    if isinstance(endpoint.address, str):
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        plain.settimeout(REDIS_SOCKET_SECONDS)
        try:
            plain.connect(endpoint.address)
        except BaseException:
            plain.close()
            raise
        return plain
    plain = socket.create_connection(endpoint.address, REDIS_SOCKET_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return _wrapped(plain, endpoint.address[0]) if endpoint.tls else plain


def _wrapped(plain: socket.socket, host: str) -> socket.socket:
    # Only where TLS is spoken: ssl costs 10 ms to import, its certificates 15.
    from shared.tls import client_context  # noqa: PLC0415

    try:
        return client_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _converted(reply: Reply, convert: Convert) -> Any:
    if isinstance(reply, ReplyError):
        raise reply
    return convert(reply)
