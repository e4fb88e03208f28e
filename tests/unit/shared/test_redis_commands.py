"""Each command against a real Redis, answered as redis-py answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from shared.lean_redis import LeanRedis, Pipeline, connect
from shared.redis_commands import RedisCommands

ROOT = Path(__file__).parents[3]
COMMANDS: dict[str, Callable[[Any], Any]] = {
    "ping": lambda r: r.ping(),
    "get": lambda r: r.get("text"),
    "get nothing": lambda r: r.get("nothing"),
    "set": lambda r: r.set("new", b"\x00\xff"),
    "set for a while": lambda r: r.set("new", 1, ex=60),
    "set once": lambda r: r.set("text", "again", nx=True),
    "set at first": lambda r: r.set("new", 1.5, ex=60, nx=True),
    "delete": lambda r: r.delete("text", "nothing"),
    "expire": lambda r: r.expire("text", 60),
    "expire nothing": lambda r: r.expire("nothing", 60),
    "hget": lambda r: r.hget("hash", "a"),
    "hgetall": lambda r: r.hgetall("hash"),
    "hgetall of nothing": lambda r: r.hgetall("nothing"),
    "hexists": lambda r: r.hexists("hash", "a"),
    "hexists not": lambda r: r.hexists("hash", "z"),
    "hset": lambda r: r.hset("hash", "a", "2"),
    "hset many": lambda r: r.hset("hash", mapping={"a": 1, "c": 2.5}),
    "hdel": lambda r: r.hdel("hash", "a", "z"),
    "smembers": lambda r: r.smembers("set"),
    "smembers of nothing": lambda r: r.smembers("nothing"),
    "srem": lambda r: r.srem("set", "one", "nine"),
    "zrem": lambda r: r.zrem("zset", "one", "nine"),
    "zcard": lambda r: r.zcard("zset"),
    "zcount": lambda r: r.zcount("zset", "(1", "+inf"),
    "zrange": lambda r: r.zrange("zset", 0, -1),
    "zrevrange": lambda r: r.zrevrange("zset", 0, -1),
    "zrangebyscore": lambda r: r.zrangebyscore("zset", "-inf", 1),
    "lpush": lambda r: r.lpush("list", "x", "y"),
    "rpush": lambda r: r.rpush("list", b"x"),
    "lrem": lambda r: r.lrem("list", 1, "a"),
    "lindex": lambda r: r.lindex("list", 0),
    "lindex of nothing": lambda r: r.lindex("nothing", 0),
    "blpop": lambda r: r.blpop(["nothing", "list"], timeout=0.1),
    "blpop of nothing": lambda r: r.blpop(["nothing"], timeout=0.01),
    "brpop": lambda r: r.brpop(["list"], timeout=0.1),
}


def fill(client: redis.Redis) -> None:
    client.flushall()
    client.set("text", "words")
    client.hset("hash", mapping={"a": "1", "b": "\u00fc"})
    client.sadd("set", "one", "two")
    client.zadd("zset", {"one": 1, "two": 2})
    client.rpush("list", "a", "b", "a")


def contents(client: redis.Redis) -> dict[bytes, bytes]:
    return {key: client.dump(key) for key in sorted(client.keys())}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_answers_and_does_what_redis_pys_does(
    name: str, redis_url: str, redis_client: redis.Redis
) -> None:
    run = COMMANDS[name]
    ours = connect(redis_url)
    fill(redis_client)
    theirs, after_theirs = run(redis_client), contents(redis_client)
    fill(redis_client)

    answer = run(ours)
    ours.close()

    assert (type(answer), answer) == (type(theirs), theirs)
    assert contents(redis_client) == after_theirs


def test_every_command_that_is_used_on_redis_is_there() -> None:
    used = {
        name
        for path in (ROOT / "shared").glob("*.py")
        for name in re.findall(r"(?:\b_redis|\bpipe)\.(\w+)\(", path.read_text())
    }

    assert {"hgetall", "execute", "pipeline"} < used
    assert not {name for name in used if not hasattr(Pipeline, name) | hasattr(LeanRedis, name)}


def test_every_command_is_compared() -> None:
    methods = {name for name in vars(RedisCommands) if not name.startswith("_")}

    assert methods == {name.split()[0] for name in COMMANDS}
