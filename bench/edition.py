"""A running one-machine edition, and the little REST the benchmarks need."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parents[1]
_READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class RemoteSession:
    """A session as REST gave it."""

    id: str
    connect_url: str
    live_url: str


class Edition:
    """`standalone up` in a state dir of its own; use it as a context manager."""

    def __init__(self, *options: str, state_dir: Path | None = None) -> None:
        self.ready_seconds = 0.0
        """From exec to the ready line."""
        self._own_dir = state_dir is None
        self._state_dir = state_dir or Path(tempfile.mkdtemp(prefix="wc-bench-"))
        self._options = options

    def __enter__(self) -> Self:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "standalone", "up", "--port", "0", "--cdp-port", "0",
             "--state-dir", str(self._state_dir), *self._options],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.ready_seconds = time.perf_counter() - began
        if not line.startswith("ready "):
            raise SystemExit(f"bench: the edition did not start: {line!r}")
        words = dict(re.findall(r"(\w+)=(\S+)", line))
        self._api, self._key = words["api"], words["key"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_READY_SECONDS)
        if self._own_dir:
            shutil.rmtree(self._state_dir, ignore_errors=True)

    def create(self, **body: object) -> RemoteSession:
        """`POST /sessions`."""
        data = self._request("POST", "/sessions", body)
        return RemoteSession(data["sessionId"], data["connectUrl"], data["liveUrl"])

    def delete(self, session: RemoteSession) -> None:
        """`DELETE /sessions/{id}`."""
        self._request("DELETE", f"/sessions/{session.id}")

    def web_socket_url(self, session: RemoteSession) -> str:
        """Where clients of the WebSocket API connect to a session."""
        return str(self._request("GET", f"/sessions/{session.id}")["webSocketUrl"])

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """Any POST: its HTTP status and its envelope, be it of success or of failure."""
        try:
            with urllib.request.urlopen(self._to("POST", path, body), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def container(self) -> psutil.Process:
        """The process that carries the CDP traffic."""
        for process in psutil.Process(self._process.pid).children(recursive=True):
            if "cdp_proxy" in process.cmdline():
                return process
        raise SystemExit("bench: the container is not running")

    def _request(self, method: str, path: str, body: object = None) -> Any:
        with urllib.request.urlopen(self._to(method, path, body), timeout=60) as answer:
            return json.loads(answer.read())["data"]

    def _to(self, method: str, path: str, body: object) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": self._key}
        return urllib.request.Request(self._api + path, method=method, data=data, headers=headers)
