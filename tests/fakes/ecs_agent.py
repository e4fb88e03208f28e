"""ECS's endpoints for containers, over real HTTP: metadata, and protection from scale-in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TASK_ARN = "arn:aws:ecs:eu-central-1:123456789012:task/wallcrawler/0123456789abcdef"
METADATA: dict[str, Any] = {
    "Cluster": "arn:aws:ecs:eu-central-1:123456789012:cluster/wallcrawler",
    "TaskARN": TASK_ARN,
    "Family": "wallcrawler",
    "AvailabilityZone": "eu-central-1b",
    "LaunchType": "FARGATE",
    "Containers": [
        {
            "Name": "container",
            "Networks": [{"NetworkMode": "awsvpc", "IPv4Addresses": ["127.0.0.1"]}],
        }
    ],
}


@dataclass
class Agent:
    """What the endpoints answer, and what they were asked."""

    url: str = ""
    metadata: tuple[int, object] = (200, METADATA)
    refusals: list[tuple[int, object]] = field(default_factory=list)
    """What the next requests for protection get instead."""
    hold: threading.Event | None = None
    """While it is not set, requests for protection wait."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    protected: bool = False


@contextmanager
def running_agent() -> Iterator[Agent]:
    """A server of its own."""
    agent = Agent()

    class Endpoints(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*(agent.metadata if self.path == "/v4/x/task" else (404, {})))

        def do_PUT(self) -> None:
            assert self.path == "/api/x/task-protection/v1/state"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            agent.asked.append(body)
            if agent.hold is not None:
                agent.hold.wait(20)
            if agent.refusals:
                self._answer(*agent.refusals.pop(0))
                return
            agent.protected = body["ProtectionEnabled"]
            self._answer(
                200,
                {
                    "protection": {
                        "ExpirationDate": "2026-11-26T13:00:00Z",
                        "ProtectionEnabled": agent.protected,
                        "TaskArn": TASK_ARN,
                    }
                },
            )

        def _answer(self, status: int, body: object) -> None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked has given up
                self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the tests read `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoints)
    agent.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield agent
    finally:
        if agent.hold is not None:
            agent.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
