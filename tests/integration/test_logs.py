"""What a whole run leaves in the logs: who did what, in every line, and no secret in any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.cdp import CdpClient
from tests.integration.site import Site
from tests.integration.stack import Stack

PASSWORD = "correct-horse-battery-staple"
METADATA = "of-nobody-elses-business"


@pytest.fixture(scope="module")
def edition() -> Iterator[Stack]:
    with Stack("--max-sessions", "4", environment={"WALLCRAWLER_ENVIRONMENT": "testing"}) as stack:
        yield stack


class Run:
    """A session created, driven and released; then all that was logged."""

    def __init__(self, stack: Stack, site: Site) -> None:
        remote = stack.api.create(userMetadata={"note": METADATA})
        with CdpClient(remote.connect_url) as client:
            client.page().evaluate(f"'{PASSWORD}'.length")
        body = {
            "instruction": "type %pw% into Name",
            "variables": {"pw": PASSWORD},
            "timeoutMs": 5000,
        }
        path = f"/sessions/{remote.id}"
        stack.api.send("POST", f"{path}/navigate", {"url": site.url("/form")})
        stack.api.send("POST", f"{path}/act", body, {"X-Model-Api-Key": "sk-model-secret"})
        stack.api.send("GET", f"{path}/downloads")
        stack.api.send("GET", path, headers={"X-API-Key": "a-wrong-key-of-somebody"})
        stack.api.delete(remote.id)
        self.session_id = remote.id
        self.secrets = {
            "token": remote.token,
            "signature": remote.token.rpartition(".")[2],
            "API key": stack.api.key,
            "wrong API key": "a-wrong-key-of-somebody",
            "signing secret": stack.jwt_secret,
            "model key": "sk-model-secret",
            "typed text": PASSWORD,
            "metadata": METADATA,
        }
        files = [*(stack.state / "logs").iterdir(), stack.folder / "stderr"]
        self.text = "\n".join(file.read_text() for file in files)
        self.lines: list[dict[str, Any]] = [
            json.loads(line) for line in stack.container_log().splitlines()
        ]
        api = [line for line in self.text.splitlines() if '"event"' in line]
        self.api_lines: list[dict[str, Any]] = [json.loads(line) for line in api]


@pytest.fixture(scope="module")
def run(edition: Stack, site: Site) -> Run:
    return Run(edition, site)


def test_no_secret_is_in_any_log(run: Run) -> None:
    found = [what for what, secret in run.secrets.items() if secret in run.text]

    assert len(run.text.splitlines()) > 10
    assert found == []


def test_every_line_of_the_container_names_its_task(run: Run) -> None:
    tasks = {line.get("task_id") for line in run.lines if "_aws" not in line}

    assert len(tasks) == 1
    assert None not in tasks


def test_a_request_of_the_api_is_found_in_the_log_of_the_container(run: Run) -> None:
    (opened,) = (line for line in run.lines if line.get("message") == "session opened")
    (asked,) = (
        line
        for line in run.api_lines
        if line["event"] == "request" and (line["method"], line["path"]) == ("POST", "/sessions")
    )

    assert opened["request_id"] == asked["requestId"]
    assert opened["session_id"] == asked["sessionId"] == run.session_id


def test_a_clients_coming_and_going_bear_the_ids_of_its_connection(run: Run) -> None:
    about = [line for line in run.lines if line.get("message", "").startswith("a client has")]

    assert [line["message"] for line in about] == ["a client has come", "a client has gone"]
    assert {line["session_id"] for line in about} == {run.session_id}
    assert len({line["connection_id"] for line in about}) == 1
    assert len({line["request_id"] for line in about}) == 1


def test_figures_are_among_the_lines_where_they_have_an_environment(run: Run) -> None:
    first = next(line for line in run.lines if "FreeSlots" in line)

    assert (first["Environment"], first["FreeSlots"], first["Sessions"]) == ("testing", 4, 0)
