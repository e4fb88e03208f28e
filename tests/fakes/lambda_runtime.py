"""Lambda as far as our code can tell: the unpacked zip, a clean interpreter, the runtime's SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[1] / "events"
_TIMEOUT_SECONDS = 60

# -I -S: neither the environment, nor site-packages, nor the working directory are importable.
_CALL = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
module, _, name = sys.argv[2].rpartition(".")
handler = getattr(importlib.import_module(module), name)
assert callable(handler)
slow = {"boto3", "botocore", "redis", "jwt", "asyncio", "deployment"} & set(sys.modules)
assert not slow, slow
sys.path += json.loads(sys.argv[4])
answer = handler(json.loads(sys.argv[3]), None) if sys.argv[3] else None
print(json.dumps(answer))
"""


@dataclass(frozen=True)
class LambdaRuntime:
    """An unpacked package and what the functions' environment has."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    sdk: bool = False
    """Whether botocore is there, as it is in Lambda's own runtime, behind the package."""

    def call(
        self,
        handler: str,
        event: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Any:
        """Import a handler in an interpreter of its own and, with an event, call it."""
        behind = [path for path in sys.path if path.endswith("site-packages")] if self.sdk else []
        done = subprocess.run(
            [
                *(sys.executable, "-I", "-S", "-c", _CALL, str(self.folder), handler),
                *(json.dumps(event) if event else "", json.dumps(behind)),
            ],
            env={"AWS_REGION": "eu-central-1", **self.environment, **(environment or {})},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


def event_of(name: str) -> dict[str, Any]:
    """A real event of `tests/events`."""
    return dict(json.loads((EVENTS / f"{name}.json").read_text()))
