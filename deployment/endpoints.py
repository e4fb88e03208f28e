"""Where a deployed stage is reached: from what Chalice remembers of its deployment."""

from __future__ import annotations

import json
from pathlib import Path

from deployment.steps import ROOT


class NotDeployed(Exception):
    """Chalice remembers no deployment of this stage."""


def api_urls(environment: str, chalice_folder: Path = ROOT / ".chalice") -> tuple[str, str]:
    """The REST API's and the WebSocket API's URL, without a slash at the end.

    Raises:
        NotDeployed: there is no deployment, or it was not finished.
    """
    path = chalice_folder / "deployed" / f"{environment}.json"
    try:
        resources = {its["name"]: its for its in json.loads(path.read_text())["resources"]}
        rest = str(resources["rest_api"]["rest_api_url"])
        websocket = str(resources["websocket_api"]["websocket_api_url"])
    except (FileNotFoundError, ValueError, KeyError):
        raise NotDeployed(
            f"{path} tells of no deployment; run chalice deploy --stage {environment}"
        ) from None
    return rest.rstrip("/"), websocket.rstrip("/")
