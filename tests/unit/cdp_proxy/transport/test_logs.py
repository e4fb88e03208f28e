from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from twisted.logger import LogLevel, formatEvent
from twisted.python.failure import Failure

from cdp_proxy.transport import logs
from cdp_proxy.transport.log_context import log_ids
from cdp_proxy.transport.logs import format_line


def line(**event: object) -> dict[str, object]:
    text = format_line({"log_time": 0.5, "log_level": LogLevel.info, "log_format": "", **event})
    assert text.endswith("\n")
    assert text.count("\n") == 1
    parsed: dict[str, object] = json.loads(text)
    return parsed


def failure_of(call: Callable[[], object]) -> Failure:
    """As a coroutine that `spawn` runs would fail, with the local values it had."""
    secret = "hunter2"
    try:
        call()
    except ValueError:
        return Failure()
    raise AssertionError(secret)


def test_an_event_is_one_line_of_json() -> None:
    assert line(log_format="serving\n{url}", url="ws://x", log_namespace="service") == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "info",
        "logger": "service",
        "message": "serving\nws://x",
    }


def test_ids_are_fields_of_their_own() -> None:
    found = line(session_id="s", task_id="t", request_id=None, reason="released")

    assert {"session_id": "s", "task_id": "t", "reason": "released"}.items() <= found.items()
    assert "request_id" not in found


def test_other_fields_stay_out_of_the_log() -> None:
    assert "hunter2" not in json.dumps(line(log_format="hello", token="hunter2", params="hunter2"))


def test_a_failure_brings_its_traceback_without_local_values() -> None:
    secret = "hunter2"

    found = line(log_failure=failure_of(lambda: int("wrong")))

    assert "ValueError: invalid literal" in str(found["traceback"])
    assert secret not in str(found["traceback"])


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u2028"])
def test_odd_text_is_still_a_line(text: str) -> None:
    assert "message" in line(log_format="{text}", text=text)


def test_events_are_formatted_as_twisted_does() -> None:
    event = {"log_format": "{a}-{b[0]}", "a": 1, "b": [2]}

    assert line(**event)["message"] == formatEvent(event)


def test_the_program_writes_from_info_up() -> None:
    """In a process of its own: logging begins once."""
    script = (
        "from cdp_proxy.transport.logs import start_logging\n"
        "from twisted.logger import Logger\n"
        "start_logging()\n"
        "log = Logger()\n"
        "log.debug('not this'); log.info('this'); log.error('and this')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    messages = [json.loads(text)["message"] for text in io.BytesIO(done.stdout)]

    assert messages == ["this", "and this"]


def test_ids_of_the_process_and_of_the_coroutine_are_in_every_line() -> None:
    logs.identify("task-a")
    with log_ids(request_id="r", session_id="s"):
        made = line(log_format="x", session_id="of the event")
    logs.identify(None)

    assert (made["task_id"], made["request_id"]) == ("task-a", "r")
    assert made["session_id"] == "of the event"
    assert "task_id" not in line(log_format="x")


def test_a_record_is_a_line_of_its_own_with_the_task_that_tells_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.identify("task-a")
    logs.write_record({"FreeSlots": 1})
    logs.identify(None)

    assert capsys.readouterr().out == '{"task_id": "task-a", "FreeSlots": 1}\n'
