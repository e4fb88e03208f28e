"""What Chalice remembers of a stage: `.chalice/deployed/STAGE.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ARN_PARTS = 7
_ACCOUNT, _REGION = 4, 3
"""Of an ARN, split at its colons."""


class Record:
    """The file, which need not be there."""

    def __init__(self, chalice_folder: Path, stage: str) -> None:
        self.path = chalice_folder / "deployed" / f"{stage}.json"

    def resources(self) -> list[dict[str, Any]]:
        """What is deployed, as far as is known."""
        try:
            return list(json.loads(self.path.read_text())["resources"])
        except (FileNotFoundError, ValueError, KeyError):
            return []

    def place(self) -> tuple[str, str] | None:
        """Account and region of what is deployed; None: nothing is."""
        for resource in self.resources():
            parts = str(resource.get("lambda_arn", "")).split(":")
            if len(parts) == _ARN_PARTS:
                return parts[_ACCOUNT], parts[_REGION]
        return None

    def add(self, made: list[dict[str, Any]]) -> None:
        """Write down what has been made, over what is known of it."""
        known = self.resources()
        merged = {resource["name"]: resource for resource in known}
        for resource in made:
            merged[resource["name"]] = {**merged.get(resource["name"], {}), **resource}
        if (resources := list(merged.values())) != known:
            document = {"resources": resources, "schema_version": "2.0", "backend": "api"}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(document, indent=2) + "\n")
