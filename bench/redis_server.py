"""A real redis-server of one's own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

_START_SECONDS_MAX = 10.0
_POLL_SECONDS = 0.01


@contextmanager
def redis_server(url: str, *options: str) -> Iterator[None]:
    """A redis-server that persists nothing, until the block ends.

    Args:
        url: where `options` make it listen.
        options: of redis-server.
    """
    binary = shutil.which("redis-server")
    if binary is None:
        raise RuntimeError("there is no redis-server")
    process = subprocess.Popen(
        [binary, "--save", "", "--appendonly", "no", "--loglevel", "warning", *options],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_serving(process, url)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def running_redis() -> Iterator[str]:
    """URL of one on a unix socket in a folder of its own; it ends with the block."""
    # A unix socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="wc-redis-"))
    socket = folder / "redis.sock"
    url = f"unix://{socket}"
    try:
        with redis_server(url, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)):
            yield url
    finally:
        shutil.rmtree(folder)


def _wait_until_serving(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    pause = threading.Event()
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"redis-server ended with {process.returncode}")
            try:
                client.ping()
            except redis.ConnectionError:
                pause.wait(_POLL_SECONDS)
            else:
                return
    raise RuntimeError("redis-server did not serve in time")
