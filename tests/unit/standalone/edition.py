"""A whole edition in a process of its own: the real Redis and gateway, a small container."""

from __future__ import annotations

import os
import signal
import sys

from chalice.app import Chalice

from standalone.__main__ import main
from standalone.supervisor import Programs

CONTAINER = """
import json, os, signal, subprocess, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
browser = subprocess.Popen(["sleep", "600"], start_new_session=True)
fd = int(os.environ["READY_FD"])
os.write(fd, json.dumps({"taskId": "t", "cdpUrl": "ws://h", "browser": "b"}).encode() + b"\\n")
os.close(fd)
while True:
    signal.pause()
"""
BROKEN_CONTAINER = "import sys; sys.stderr.write('No browser was found.\\n'); sys.exit(4)"
DEAF_CONTAINER = CONTAINER.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")


def load_app() -> Chalice:
    app = Chalice("tiny", configure_logs=False)

    @app.route("/environment")
    def environment() -> dict[str, str]:
        names = (
            "REDIS_ENDPOINT",
            "API_KEY_HASHES",
            "CDP_PUBLIC_URL",
            "WS_PUBLIC_URL",
            "WS_MANAGEMENT_ENDPOINT",
        )
        return {name: os.environ[name] for name in names}

    return app


if __name__ == "__main__":
    program = {"whole": CONTAINER, "broken": BROKEN_CONTAINER, "deaf": DEAF_CONTAINER}[sys.argv[1]]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(
        main(
            ["up", *sys.argv[2:]],
            Programs(container=[sys.executable, "-I", "-c", program], load_app=load_app),
        )
    )
