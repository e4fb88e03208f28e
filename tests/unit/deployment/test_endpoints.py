from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployment.endpoints import NotDeployed, api_urls

REST = {"name": "rest_api", "resource_type": "rest_api", "rest_api_url": "https://a/production/"}
WEBSOCKET = {"name": "websocket_api", "websocket_api_url": "wss://b/production/"}


def remember(folder: Path, *resources: dict[str, str]) -> None:
    (folder / "deployed").mkdir()
    document = {"resources": list(resources), "schema_version": "2.0", "backend": "api"}
    (folder / "deployed" / "production.json").write_text(json.dumps(document))


def test_chalice_remembers_where_it_deployed(tmp_path: Path) -> None:
    remember(tmp_path, {"name": "api_handler"}, REST, WEBSOCKET)

    assert api_urls("production", tmp_path) == ("https://a/production", "wss://b/production")


def test_what_was_never_deployed_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotDeployed, match="chalice deploy --stage production"):
        api_urls("production", tmp_path)


def test_half_a_deployment_is_none(tmp_path: Path) -> None:
    remember(tmp_path, REST)

    with pytest.raises(NotDeployed):
        api_urls("production", tmp_path)
