from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from chalice_app import logs
from tests.fakes.logs import recorded


@pytest.fixture
def quiet_logger() -> Iterator[None]:
    """The logger as a fresh process has it; put back afterwards."""
    kept = (logs.LOGGER.handlers[:], logs.LOGGER.level, logs.LOGGER.propagate)
    logs.LOGGER.handlers.clear()
    yield
    logs.LOGGER.handlers[:], logs.LOGGER.propagate = kept[0], kept[2]
    logs.LOGGER.setLevel(kept[1])


@pytest.mark.usefixtures("quiet_logger")
def test_an_event_is_one_json_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logs.write_to_stderr()

    logs.info("request", status=200, path="/sessions")

    captured = capsys.readouterr()
    line = json.loads(captured.err)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "INFO", "event": "request", "status": 200, "path": "/sessions"}
    assert captured.out == ""


@pytest.mark.usefixtures("quiet_logger")
def test_a_failure_carries_its_traceback_on_the_same_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.write_to_stderr()

    logs.failure("unexpected error", _raised(ValueError("why")), requestId="r")

    (text,) = capsys.readouterr().err.splitlines()
    line = json.loads(text)
    assert (line["level"], line["requestId"]) == ("ERROR", "r")
    assert line["traceback"].endswith("ValueError: why")


@pytest.mark.usefixtures("quiet_logger")
def test_asking_twice_logs_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.write_to_stderr()
    logs.write_to_stderr()

    logs.info("once")

    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.usefixtures("quiet_logger")
def test_what_chalice_logs_by_itself_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.write_to_stderr()

    logging.getLogger("wallcrawler").error("Caught exception for path %s", "/x")

    assert json.loads(capsys.readouterr().err)["event"] == "Caught exception for path /x"


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except ValueError as caught:
        return caught


def test_a_line_says_what_it_is_about() -> None:
    with recorded() as log:
        with logs.about(requestId="r"):
            logs.also_about(sessionId="s")
            logs.info("one")
            assert logs.current_request_id() == "r"
        logs.also_about(sessionId="lost")
        logs.info("two")

    assert [(line.get("requestId"), line.get("sessionId")) for line in log.lines] == [
        ("r", "s"),
        (None, None),
    ]
    assert logs.current_request_id() == ""
