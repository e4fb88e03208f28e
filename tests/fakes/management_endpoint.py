"""Where @connections of a WebSocket API is, for functions that post to it: takes what is posted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ManagementEndpoint:
    """A base URL, and what came: path and body."""

    url: str
    posted: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def management_endpoint() -> Iterator[ManagementEndpoint]:
    """Serve until the block ends."""

    class Connections(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            endpoint.posted.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: tests read `posted`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connections)
    endpoint = ManagementEndpoint(f"http://127.0.0.1:{server.server_port}/ws")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
