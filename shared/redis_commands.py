"""The commands of Redis that this project uses, in redis-py's manner, for client and pipeline.

Each method answers what `_run` does with the command and the conversion of its reply: the client
runs it at once, a pipeline puts it in line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.resp import Argument, Reply

Convert = Callable[[Any], Any]
"""From a reply that is no error to what the caller gets."""


def as_is(reply: Reply) -> Reply:
    """Nothing to convert."""
    return reply


class RedisCommands:
    """Commands by name, answered as redis-py answers them with `decode_responses=False`."""

    def _run(self, *parts: Argument, convert: Convert = as_is) -> Any:
        raise NotImplementedError

    def ping(self) -> Any:
        """True, or an exception."""
        return self._run("PING", convert=lambda reply: reply == b"PONG")

    def get(self, name: Argument) -> Any:
        """The bytes, or None."""
        return self._run("GET", name)

    def set(self, name: Argument, value: Argument, ex: int | None = None, nx: bool = False) -> Any:
        """True; None when `nx` and the key exists. `ex`: seconds to live."""
        options: list[Argument] = [] if ex is None else ["EX", ex]
        return self._run("SET", name, value, *options, *(["NX"] if nx else []), convert=_ok)

    def delete(self, *names: Argument) -> Any:
        """How many of the keys there were."""
        return self._run("DEL", *names)

    def expire(self, name: Argument, seconds: int) -> Any:
        """Whether there is such a key."""
        return self._run("EXPIRE", name, seconds, convert=bool)

    def hget(self, name: Argument, key: Argument) -> Any:
        """The field's bytes, or None."""
        return self._run("HGET", name, key)

    def hgetall(self, name: Argument) -> Any:
        """A dict of bytes; empty when there is no such key."""
        return self._run("HGETALL", name, convert=_pairs)

    def hexists(self, name: Argument, key: Argument) -> Any:
        """Whether the hash has this field."""
        return self._run("HEXISTS", name, key, convert=bool)

    def hset(
        self,
        name: Argument,
        key: Argument | None = None,
        value: Argument | None = None,
        mapping: Mapping[Any, Argument] | None = None,
    ) -> Any:
        """How many of the fields are new."""
        fields: list[Argument] = []
        if key is not None and value is not None:
            fields += [key, value]
        for field, content in (mapping or {}).items():
            fields += [field, content]
        return self._run("HSET", name, *fields)

    def hdel(self, name: Argument, *keys: Argument) -> Any:
        """How many of the fields there were."""
        return self._run("HDEL", name, *keys)

    def smembers(self, name: Argument) -> Any:
        """A set of bytes; empty when there is no such key."""
        return self._run("SMEMBERS", name, convert=set)

    def srem(self, name: Argument, *values: Argument) -> Any:
        """How many of the members there were."""
        return self._run("SREM", name, *values)

    def zrem(self, name: Argument, *values: Argument) -> Any:
        """How many of the members there were."""
        return self._run("ZREM", name, *values)

    def zcard(self, name: Argument) -> Any:
        """How many members there are."""
        return self._run("ZCARD", name)

    def zcount(self, name: Argument, minimum: Argument, maximum: Argument) -> Any:
        """How many members have a score in the range."""
        return self._run("ZCOUNT", name, minimum, maximum)

    def zrange(self, name: Argument, start: int, end: int) -> Any:
        """The members by rank, `end` included."""
        return self._run("ZRANGE", name, start, end)

    def zrevrange(self, name: Argument, start: int, end: int) -> Any:
        """The members by rank from the highest score on."""
        return self._run("ZREVRANGE", name, start, end)

    def zrangebyscore(self, name: Argument, minimum: Argument, maximum: Argument) -> Any:
        """The members with a score in the range."""
        return self._run("ZRANGEBYSCORE", name, minimum, maximum)

    def lpush(self, name: Argument, *values: Argument) -> Any:
        """The list's length afterwards."""
        return self._run("LPUSH", name, *values)

    def rpush(self, name: Argument, *values: Argument) -> Any:
        """The list's length afterwards."""
        return self._run("RPUSH", name, *values)

    def lrem(self, name: Argument, count: int, value: Argument) -> Any:
        """How many were removed."""
        return self._run("LREM", name, count, value)

    def lindex(self, name: Argument, index: int) -> Any:
        """The element, or None."""
        return self._run("LINDEX", name, index)

    def blpop(self, keys: Sequence[Argument], timeout: float = 0) -> Any:
        """`(key, element)`, or None after `timeout` seconds; 0 waits for ever."""
        return self._run("BLPOP", *keys, timeout, convert=_tuple)

    def brpop(self, keys: Sequence[Argument], timeout: float = 0) -> Any:
        """As `blpop`, from the other end."""
        return self._run("BRPOP", *keys, timeout, convert=_tuple)


def _ok(reply: bytes | None) -> bool | None:
    return None if reply is None else reply == b"OK"


def _pairs(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _tuple(reply: list[bytes] | None) -> tuple[bytes, ...] | None:
    return None if reply is None else tuple(reply)
