"""`python -m bench.coldstart [--starts N]`: what a Lambda's first event waits for, by our doing.

The package is made as `chalice package` makes it, for this machine, and imported in fresh
interpreters that can see nothing else. Two ways of being configured are measured: secrets in the
environment and Redis on a local socket; and as deployed: three secrets read from a service over
HTTP, Redis over TLS with a password. In both a container that answers at once has a free slot.

Not in the figures, since they are not of our doing: starting the interpreter, unpacking the zip,
the network, TLS to Secrets Manager (here HTTP), and that Lambda gives a function CPU by its memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import msgspec
import redis

from bench import report
from bench.candidates import WALLCRAWLER
from bench.certificate import write_certificate
from bench.redis_server import running_redis
from bench.report import Row
from bench.tls_front import tls_front
from deployment.host_package import make_package
from shared.bus import Reply, RequestBus
from shared.clock import system_clock
from shared.ids import TaskId
from shared.records import OpenSession, Task
from shared.redis_client import connect
from shared.request_kind import RequestKind
from shared.store import SessionStore

_STARTS = 20
_API_KEY = "an-api-key-of-a-benchmark"
_TOKEN_SECRET = "t" * 64
_PASSWORD = "p" * 64
_TASK = TaskId("bench")
_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
_ENTRY = Path(__file__).with_name("cold_lambda.py")
_SLOWEST = 12
_EVENT = {
    "resource": "/sessions",
    "path": "/sessions",
    "httpMethod": "POST",
    "headers": {"X-API-Key": _API_KEY, "Content-Type": "application/json"},
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {
        "resourcePath": "/sessions",
        "httpMethod": "POST",
        "path": "/production/sessions",
        "requestId": "bench",
    },
    "body": '{"timeout": 600}',
    "isBase64Encoded": False,
}


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start, in milliseconds; CPU time is what a busy machine does not change."""

    importing: float
    first: float
    second: float
    importing_cpu: float
    whole_cpu: float

    @property
    def whole(self) -> float:
        """Import and first `POST /sessions`."""
        return self.importing + self.first


def measure(starts: int) -> Iterator[Row]:
    """Both configurations, their starts in turn."""
    with ExitStack() as stack:
        package, environments = _prepare(stack)
        found: dict[str, list[Start]] = {name: [] for name in environments}
        for _ in range(starts):
            for name, environment in environments.items():
                found[name].append(_start(package, environment))
        both = [start for of_one in found.values() for start in of_one]
        yield _row("import", [start.importing for start in both])
        yield _row("import, CPU", [start.importing_cpu for start in both])
        for name, of_one in found.items():
            yield _row(f"import + first POST, {name}", [start.whole for start in of_one])
            yield _row(f"import + first POST, {name}, CPU", [start.whole_cpu for start in of_one])
            yield _row(f"second POST, {name}", [start.second for start in of_one])


def _row(title: str, times_ms: list[float]) -> Row:
    return Row(f"Lambda: {title}, p50", "ms", {WALLCRAWLER: median(times_ms)})


def dominating() -> list[tuple[str, float]]:
    """What the import's time goes to: top-level packages by their own milliseconds."""
    with ExitStack() as stack:
        package, environments = _prepare(stack)
        environment = next(iter(environments.values()))
        done = subprocess.run(
            [*_python("-X", "importtime"), str(_ENTRY), str(package), json.dumps(_EVENT)],
            env=dict(environment),
            capture_output=True,
            text=True,
            check=True,
        )
    return _by_package(done.stderr)


def _by_package(importtime: str) -> list[tuple[str, float]]:
    own_us: Counter[str] = Counter()
    for line in importtime.splitlines():
        fields = line.removeprefix("import time:").split("|")
        if len(fields) == 3 and fields[0].strip().isdecimal():
            own_us[fields[2].strip().partition(".")[0]] += int(fields[0])
    return [(name, own / 1000) for name, own in own_us.most_common(_SLOWEST)]


def _prepare(stack: ExitStack) -> tuple[Path, Mapping[str, Mapping[str, str]]]:
    """The unpacked package, and by its name each environment to start it in."""
    workspace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wc-bench-")))
    package, _template = make_package(workspace, "production")
    redis_url = stack.enter_context(running_redis())
    socket = redis_url.removeprefix("unix://")
    redis_url = _with_password(redis_url)
    stack.enter_context(_container(redis_url))
    certificate = write_certificate(workspace)
    port = stack.enter_context(tls_front(certificate, socket))
    secrets_url = stack.enter_context(_secrets())
    common = {"AWS_REGION": "eu-central-1", "CDP_PUBLIC_URL": "wss://browsers.example"}
    digest = hashlib.sha256(_API_KEY.encode()).hexdigest()
    return package, {
        "secrets in its environment": {
            **common,
            "REDIS_ENDPOINT": redis_url,
            "JWE_SECRET": _TOKEN_SECRET,
            "API_KEY_HASHES": digest,
        },
        "as deployed": {
            **common,
            "REDIS_ENDPOINT": f"rediss://localhost:{port}",
            "REDIS_AUTH_SECRET_ARN": f"{_ARN}redis",
            "TOKEN_SECRET_ARN": f"{_ARN}token",
            "API_KEYS_SECRET_ARN": f"{_ARN}keys",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_SECRET_ACCESS_KEY": "of-a-benchmark",
            "AWS_ENDPOINT_URL": secrets_url,
            "SSL_CERT_FILE": _authorities(workspace, certificate),
        },
    }


def _with_password(redis_url: str) -> str:
    """Give the server a password; the URL with it."""
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("requirepass", _PASSWORD)
    return redis_url.replace("unix://", f"unix://:{_PASSWORD}@")


def _authorities(workspace: Path, ours: Path) -> str:
    """The system's certificates and ours: loading all of them is part of the time."""
    system = ssl.get_default_verify_paths().cafile
    known = Path(system).read_text() if system and Path(system).exists() else ""
    path = workspace / "authorities.pem"
    path.write_text(known + ours.read_text())
    return str(path)


def _start(package: Path, environment: Mapping[str, str]) -> Start:
    done = subprocess.run(
        [*_python(), str(_ENTRY), str(package), json.dumps(_EVENT)],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    line = json.loads(done.stdout.splitlines()[-1])
    assert line["statuses"] == [201, 201], (line, done.stderr)
    return Start(
        line["import"], line["first"], line["second"], line["import_cpu"], line["whole_cpu"]
    )


def _python(*options: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-B", *options]


@contextmanager
def _container(redis_url: str) -> Iterator[None]:
    """A container with room that gives every session a browser at once."""
    client = connect(redis_url)
    store, bus = SessionStore(client), RequestBus(client, system_clock)
    task = Task(
        task_id=_TASK,
        address="127.0.0.1:1",
        public_url="ws://127.0.0.1:1",
        max_sessions=1_000,
        draining=False,
        browser="headless-shell",
        started_at=system_clock(),
    )
    store.beat(task, system_clock(), 3_600)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            request = bus.take(_TASK)
            if request is not None and request.kind is RequestKind.OPEN:
                spec = msgspec.json.decode(request.payload, type=OpenSession).spec
                store.activate(spec.session_id, system_clock())
                bus.reply(request.id, Reply())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        bus.wake(_TASK)
        thread.join()
        client.close()


@contextmanager
def _secrets() -> Iterator[str]:
    """A service that answers `GetSecretValue`; its URL."""
    texts = {f"{_ARN}redis": _PASSWORD, f"{_ARN}token": _TOKEN_SECRET, f"{_ARN}keys": _API_KEY}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = json.dumps({"SecretString": texts[body["SecretId"]]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.coldstart", description=__doc__)
    parser.add_argument("--starts", type=int, default=_STARTS, help="of each kind (default 20)")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"Measured on {report.machine()}, load {load:.1f}; {options.starts} starts each.\n")
    print(report.heading())
    for row in measure(options.starts):
        print(report.line(row), flush=True)
    print("\nWhat import and first event import, by its own milliseconds (with -X importtime):\n")
    for name, own_ms in dominating():
        print(f"- `{name}`: {own_ms:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
