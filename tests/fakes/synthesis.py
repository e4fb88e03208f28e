"""Templates as the CDK CLI would get them: `python -m cdk.main` in a process of its own.

A process, because jsii keeps a Node of half a gigabyte for as long as whoever imported it lives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.node import find_node
from deployment.cdk_cli import OLDEST_NODE

ROOT = Path(__file__).parents[2]
_SECONDS = 300

DEVELOPMENT = {"environment": "development"}
"""The least one can say: no TLS, nobody told of alarms."""
PRODUCTION = {
    "environment": "production",
    "imageTag": "3f2a9c1",
    "certificateArn": (
        "arn:aws:acm:eu-central-1:123456789012:certificate/0f8fad5b-d9cb-469f-a165-70867728950e"
    ),
    "publicHost": "browsers.example.com",
    "hostedZoneId": "Z0123456789ABCDEFGHIJ",
    "alarmEmail": "operators@example.com",
}
"""All there is to say."""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What came of one run."""

    exit_code: int
    stderr: str
    folder: Path

    def document(self, name: str) -> Any:
        """A JSON file of the cloud assembly."""
        return json.loads((self.folder / name).read_text())


def synthesize(
    folder: Path, context: Mapping[str, str], program: Sequence[str] = ("cdk.main",)
) -> Synthesis:
    """Run the app, or another module, with `cdk.json`'s feature flags and this context."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    node, _ = find_node(OLDEST_NODE)
    done = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=ROOT,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps({**flags, **context}),
            "JSII_NODE": node,
        },
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return Synthesis(done.returncode, done.stderr, folder)
