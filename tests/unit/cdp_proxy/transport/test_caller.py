from __future__ import annotations

import json
from typing import Any

import cdp.browser
import cdp.target
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from cdp_proxy.core.actions.ports import CommandRefused
from cdp_proxy.core.commands import CdpCommand, set_locale_override
from cdp_proxy.core.messages import Answer
from cdp_proxy.transport.caller import CallFailed, CdpCaller
from tests.fakes.scripted_browser import VERSION, message


class Line:
    """A caller, its clock, and what it wrote."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.sent: list[dict[str, Any]] = []
        self.caller = CdpCaller(self.clock, lambda text: self.sent.append(json.loads(text)))
        self.outcome: list[object] = []

    def call(self, command: CdpCommand[Any], **options: Any) -> list[object]:
        """Begin a call; its result or exception is put into the list once it is there."""
        outcome: list[object] = []
        deferred = Deferred.fromCoroutine(self.caller.call(command, **options))
        deferred.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
        return outcome

    def answer(self, at: int = -1, **body: Any) -> None:
        self.caller.receive(message({"id": self.sent[at]["id"], **body}))


@pytest.fixture
def line() -> Line:
    return Line()


def failure_in(outcome: list[object]) -> str:
    (error,) = outcome
    assert isinstance(error, CallFailed)
    return str(error)


def test_a_result_comes_back_decoded(line: Line) -> None:
    outcome = line.call(cdp.browser.get_version())
    line.answer(result=VERSION)

    assert outcome == [tuple(VERSION.values())]


def test_a_result_may_be_empty(line: Line) -> None:
    outcome = line.call(set_locale_override("de"))
    line.answer()

    assert outcome == [None]


@pytest.mark.parametrize(("code", "refused"), [(-32000, True), (-32602, True), (-32001, False)])
def test_an_error_is_a_refusal_unless_its_flat_session_has_gone(
    line: Line, code: int, refused: bool
) -> None:
    outcome = line.call(cdp.browser.get_version())
    line.answer(error={"code": code, "message": "no"})

    assert failure_in(outcome) == "no"
    assert isinstance(outcome[0], CommandRefused) is refused


def test_ids_are_negative_and_never_the_same(line: Line) -> None:
    line.call(cdp.browser.get_version())
    line.caller.notify(cdp.browser.get_version())
    line.call(cdp.browser.get_version())

    ids = [command["id"] for command in line.sent]
    assert len(set(ids)) == 3
    assert max(ids) < 0


def test_answers_may_come_in_any_order(line: Line) -> None:
    first = line.call(cdp.target.attach_to_browser_target())
    second = line.call(cdp.target.attach_to_browser_target())
    line.answer(1, result={"sessionId": "B"})
    line.answer(0, result={"sessionId": "A"})

    assert (first, second) == (["A"], ["B"])


def test_a_call_may_be_for_a_flat_session(line: Line) -> None:
    line.call(set_locale_override("de"), cdp_session_id="S")
    line.caller.notify(set_locale_override("fr"), "T")

    assert [command["sessionId"] for command in line.sent] == ["S", "T"]


def test_chromiums_error_is_the_callers(line: Line) -> None:
    outcome = line.call(set_locale_override("xx"))
    line.answer(error={"code": -32000, "message": "Invalid locale name"})

    assert failure_in(outcome) == "Invalid locale name"


def test_a_call_that_is_not_answered_ends_by_the_clock(line: Line) -> None:
    outcome = line.call(cdp.browser.get_version(), timeout_seconds=3)
    line.clock.advance(2.9)
    assert outcome == []

    line.clock.advance(0.1)

    assert failure_in(outcome) == "Browser.getVersion was not answered in 3 s"


def test_an_answer_that_comes_too_late_is_dropped(line: Line) -> None:
    outcome = line.call(cdp.browser.get_version(), timeout_seconds=3)
    line.clock.advance(3)
    line.answer(result=VERSION)

    assert len(outcome) == 1


def test_an_answered_call_leaves_no_timer(line: Line) -> None:
    line.call(cdp.browser.get_version())
    line.answer(result=VERSION)

    assert line.clock.getDelayedCalls() == []


def test_losing_the_browser_ends_every_pending_call(line: Line) -> None:
    outcomes = [line.call(cdp.browser.get_version()) for _ in range(3)]
    line.caller.lose("the browser is gone")

    assert [failure_in(outcome) for outcome in outcomes] == ["the browser is gone"] * 3
    assert line.clock.getDelayedCalls() == []


def test_after_the_loss_calls_end_at_once(line: Line) -> None:
    line.caller.lose("the browser is gone")

    assert failure_in(line.call(cdp.browser.get_version())) == "the browser is gone"
    assert line.sent == []


def test_events_go_to_all_who_listen_to_their_session_and_to_nobody_else(line: Line) -> None:
    first: list[Answer] = []
    second: list[Answer] = []
    others: list[Answer] = []
    line.caller.listen("S", first.append)
    line.caller.listen("S", second.append)
    line.caller.listen(None, others.append)
    line.caller.receive(message({"method": "Target.targetCreated", "params": {"x": 1}}, "S"))

    assert [event.method for event in first] == ["Target.targetCreated"]
    assert first == second
    assert others == []


def test_nobody_listens_to_a_session_that_has_ended(line: Line) -> None:
    events: list[Answer] = []
    line.caller.listen("S", events.append)
    line.caller.stop_listening("S")
    line.caller.receive(message({"method": "Page.loadEventFired", "params": {}}, "S"))

    assert events == []


def test_an_answer_with_a_clients_id_is_a_stray_one(line: Line) -> None:
    strays: list[tuple[int, bytes]] = []
    line.caller.on_stray = lambda number, text: strays.append((number, text))
    text = b'{"id":4,"error":{"code":-32700,"message":"CBOR: duplicate map key"}}'
    line.caller.receive(text)

    assert strays == [(4, text)]


@pytest.mark.parametrize(
    "text", [b'{"id":-2147483648,"result":{}}', b'{"error":{"code":-32700,"message":"no"}}', b"{}"]
)
def test_answers_to_nothing_are_dropped(line: Line, text: bytes) -> None:
    outcome = line.call(cdp.browser.get_version())
    line.caller.receive(text)

    assert outcome == []
    line.caller.lose("done")


def test_a_command_with_two_questions_is_none(line: Line) -> None:
    def asks_twice() -> CdpCommand[None]:
        yield {"method": "A.b"}
        yield {"method": "A.c"}

    outcome = line.call(asks_twice())
    line.answer(result={})

    assert "more than one answer" in failure_in(outcome)


def test_one_of_several_may_stop_to_listen(line: Line) -> None:
    first: list[Answer] = []
    second: list[Answer] = []
    line.caller.listen("S", first.append)
    line.caller.listen("S", second.append)
    line.caller.unlisten("S", first.append)
    line.caller.unlisten("S", first.append)
    line.caller.unlisten("T", first.append)
    line.caller.receive(message({"method": "Page.loadEventFired", "params": {}}, "S"))

    assert (len(first), len(second)) == (0, 1)


def test_a_call_waits_for_its_passage(line: Line) -> None:
    opened: Deferred[None] = Deferred()
    asked: list[str] = []

    async def passage(method: str) -> None:
        asked.append(method)
        await opened

    line.call(cdp.browser.get_version(), passage=passage)
    waiting = list(line.sent)
    opened.callback(None)

    assert asked == ["Browser.getVersion"]
    assert (waiting, len(line.sent)) == ([], 1)


def test_a_call_that_may_not_pass_is_not_sent(line: Line) -> None:
    async def passage(_method: str) -> None:
        raise CallFailed("held")

    assert failure_in(line.call(cdp.browser.get_version(), passage=passage)) == "held"
    assert line.sent == []
