"""What deploying takes from the process environment; its only reader in this room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping


def with_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, and these over it."""
    return {**os.environ, **variables}


def default_region() -> str | None:
    """The region that AWS's own tools would take from the environment."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def find_program(name: str) -> str | None:
    """The program's path on this machine."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath))
