"""One pushed connection: its messages in, its answers out, and what is left at its end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pytest

from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.pictures import PageView, Picture
from cdp_proxy.transport import outbox
from cdp_proxy.transport.channel import Channel
from cdp_proxy.transport.management import Gone
from cdp_proxy.transport.pushed import Arrived, PushedConnection
from shared import limits
from shared.connections import Hops
from shared.envelope.chunks import split
from shared.envelope.incoming import MessageId
from shared.envelope.outgoing import (
    CdpEvent,
    CdpResponse,
    ControlInfo,
    ControlState,
    InputResult,
    SessionEnded,
)
from shared.errors import NoCapacity
from shared.ids import RequestId
from tests.fakes.connections import make_head
from tests.fakes.container import clock_at
from tests.fakes.pushing import FakeManagement, HeldPool, make_ways
from tests.fakes.records import NOW

HOPS = Hops(received_at=NOW - 0.002, queued_at=NOW - 0.001)


@dataclass
class FakeChannel:
    got: list[bytes] = field(default_factory=list)
    ready: int = 0
    lefts: int = 0

    def receive(self, text: bytes) -> None:
        self.got.append(text)

    def ready_for_frame(self) -> None:
        self.ready += 1

    def left(self) -> None:
        self.lefts += 1


@dataclass
class Books:
    struck_out: list[str] = field(default_factory=list)
    expected: list[tuple[str, MessageId]] = field(default_factory=list)
    departed_with: list[list[str]] = field(default_factory=list)

    def answered(self, request_id: RequestId) -> None:
        self.struck_out.append(request_id)

    def expect(self, connection: PushedConnection, arrived: Arrived) -> None:
        self.expected.append((arrived.request_id, arrived.id))

    def departed(self, connection: PushedConnection) -> None:
        self.departed_with.append(list(connection.unanswered))


class Case:
    def __init__(
        self,
        *,
        trace: bool = False,
        void_at: float | None = None,
        pool: HeldPool | None = None,
    ) -> None:
        self.clock = clock_at()
        self.management = FakeManagement()
        self.books = Books()
        self.channel = FakeChannel()
        self.departures = 0
        self.connection = PushedConnection(
            make_ways(self.clock, self.management, pool),
            make_head("c", trace=trace, void_at=void_at),
            self.books,
            self.clock.seconds,
        )
        self.clock.advance(outbox.OPENING_SECONDS)

    def join(self) -> None:
        self.connection.use(cast("Channel", self.channel), self._depart)
        self.connection.join()

    def _depart(self) -> None:
        self.departures += 1

    def arrive(
        self, request_id: str, message_id: MessageId, kind: str = "CDP_COMMAND", **more: Any
    ) -> None:
        text = json.dumps({"type": kind, "id": message_id}).encode()
        fields = {"text": text, "hops": HOPS, "taken_at": NOW, **more}
        self.connection.receive(
            Arrived(request_id=RequestId(request_id), type=kind, id=message_id, **fields)
        )

    def answer(self, message_id: MessageId) -> None:
        self.connection.send(CdpResponse(id=message_id, result=msgspec.Raw(b"{}")))

    @property
    def said(self) -> list[tuple[str, Any]]:
        return [(message["type"], message.get("id")) for message in self.management.said]


@pytest.fixture
def case() -> Case:
    joined = Case()
    joined.join()
    return joined


def test_messages_go_to_the_channel_as_they_came(case: Case) -> None:
    case.arrive("r1", 1)
    case.arrive("r2", 2)

    assert [json.loads(text)["id"] for text in case.channel.got] == [1, 2]


def test_what_comes_before_the_channel_is_there_waits_for_it() -> None:
    case = Case()
    case.arrive("r1", 1)
    case.arrive("r2", 2)
    assert case.channel.got == []

    case.join()

    assert [json.loads(text)["id"] for text in case.channel.got] == [1, 2]


def test_no_more_of_it_waits_than_on_a_channel() -> None:
    case = Case()
    for number in range(limits.CHANNEL_QUEUE_MAX + 1):
        case.arrive(f"r{number}", number)

    case.join()

    assert len(case.channel.got) == limits.CHANNEL_QUEUE_MAX
    assert case.said == [("ERROR", limits.CHANNEL_QUEUE_MAX)]


def test_an_answer_that_has_gone_out_is_struck_out(case: Case) -> None:
    case.arrive("r1", 1)
    case.arrive("r2", "1")

    case.answer("1")

    assert case.said == [("CDP_RESPONSE", "1")]
    assert case.books.struck_out == ["r2"]
    assert case.connection.unanswered == ["r1"]


def test_of_messages_with_the_same_id_the_first_is_answered_first(case: Case) -> None:
    case.arrive("r1", 7)
    case.arrive("r2", 7)

    case.answer(7)

    assert case.books.struck_out == ["r1"]


def test_what_comes_by_itself_answers_nothing(case: Case) -> None:
    case.arrive("r1", None)

    case.connection.send(CdpEvent(method="Page.frameNavigated", params=msgspec.Raw(b"{}")))
    case.connection.send(ControlState(control=ControlInfo(holder="agent")))

    assert case.connection.unanswered == ["r1"]


def test_an_answer_nobody_waits_for_goes_out_too(case: Case) -> None:
    case.answer(5)

    assert case.said == [("CDP_RESPONSE", 5)]
    assert case.books.struck_out == []


def test_an_action_is_accepted_before_it_begins_and_that_is_no_answer(case: Case) -> None:
    case.arrive("r1", 1, "AI_ACTION")

    assert case.said == [("ACCEPTED", 1)]
    assert case.connection.unanswered == ["r1"]


def test_input_that_asks_for_no_answer_waits_for_none(case: Case) -> None:
    case.arrive("r1", None, "INPUT_EVENT")
    case.arrive("r2", 2, "INPUT_EVENT")

    case.connection.send(InputResult(id=2))

    assert case.books.struck_out == ["r2"]
    assert case.connection.unanswered == []


def test_a_late_message_is_not_run_and_said_to_be_late(case: Case) -> None:
    case.arrive("r1", 1, late=True)

    assert case.channel.got == []
    assert case.management.said[0]["error"]["code"] == "TASK_TIMEOUT"
    assert case.books.struck_out == ["r1"]


def test_pieces_become_one_message_that_waits_for_its_answer(case: Case) -> None:
    text = json.dumps({"type": "SUBSCRIBE", "id": "s", "events": ["Log"] * 100}).encode()
    for number, piece in enumerate(split(text, "set", 400)):
        case.arrive(f"r{number}", "set", "CHUNK", text=piece)
        last = f"r{number}"

    assert case.channel.got == [text]
    assert case.books.expected == [(last, "s")]
    assert case.connection.unanswered == [last]


@pytest.mark.parametrize(
    ("pieces", "message_id", "field_name"),
    [
        ([(0, 2, "x"), (0, 2, "x")], "set", "seq"),
        ([(0, 1, "nothing")], None, "body"),
        ([(0, 1, '{"type":"NOPE","id":4}')], 4, "type"),
    ],
)
def test_pieces_that_make_no_message_are_refused(
    case: Case, pieces: list[tuple[int, int, str]], message_id: MessageId, field_name: str
) -> None:
    for seq, total, data in pieces:
        piece = {"type": "CHUNK", "id": "set", "seq": seq, "total": total, "data": data}
        case.arrive("r", "set", "CHUNK", text=json.dumps(piece).encode())

    (error,) = case.management.said
    assert (error["id"], error["error"]["details"]) == (message_id, {"field": field_name})
    assert case.channel.got == []


def test_a_long_answer_goes_out_in_pieces_and_is_struck_out_with_the_last(case: Case) -> None:
    case.arrive("r1", 1)
    result = msgspec.json.encode({"data": '"' * 300_000})
    failures: list[Exception | None] = [None, None, Gone()]
    case.management.failures = failures

    case.connection.send(CdpResponse(id=1, result=msgspec.Raw(result)))

    assert [kind for kind, _ in case.said] == ["CHUNK", "CHUNK"]
    assert case.books.struck_out == []
    assert case.books.departed_with == [["r1"]]


def test_the_pieces_of_an_answer_make_it_again(case: Case) -> None:
    result = msgspec.json.encode({"data": "é" * 300_000})

    case.connection.send(CdpResponse(id=1, result=msgspec.Raw(result)))

    pieces = case.management.said
    assert {piece["type"] for piece in pieces} == {"CHUNK"}
    assert max(len(msgspec.json.encode(piece)) for piece in pieces) <= limits.WS_API_PUSH_BYTES_MAX
    whole = json.loads("".join(piece["data"] for piece in pieces))
    assert whole["result"] == {"data": "é" * 300_000}


def test_hops_are_told_to_who_asked_for_them() -> None:
    case = Case(trace=True)
    case.join()
    case.arrive("r1", 1)
    case.clock.advance(1)

    case.answer(1)
    case.answer(2)

    traced, untraced = case.management.said
    assert traced["trace"] == {
        "receivedAt": NOW - 0.002,
        "queuedAt": NOW - 0.001,
        "takenAt": NOW,
        "answeredAt": case.clock.seconds(),
    }
    assert "trace" not in untraced


def test_when_the_session_ends_what_waits_is_answered_before_the_client_hears_of_it(
    case: Case,
) -> None:
    case.arrive("r1", 1)
    case.arrive("r2", 2)

    case.connection.send(SessionEnded(reason="released", message="It was released."))
    case.connection.close(CloseCode.NORMAL, "It was released.")

    assert case.said == [("ERROR", 1), ("ERROR", 2), ("SESSION_ENDED", None)]
    assert case.management.said[0]["error"] == {
        "code": "SESSION_ENDED",
        "message": "It was released.",
        "details": {"endReason": "released"},
    }
    assert case.management.closed == ["c"]
    assert case.books.struck_out == ["r1", "r2"]
    assert (case.channel.lefts, case.departures, case.books.departed_with) == (1, 1, [[]])


def test_after_its_end_nothing_is_taken_or_said(case: Case) -> None:
    case.connection.close(CloseCode.NORMAL, "")

    case.arrive("r1", 1)
    case.answer(1)

    assert (case.channel.got, case.said) == ([], [])


def test_a_client_that_is_gone_leaves_its_channel_at_once_and_once(case: Case) -> None:
    case.arrive("r1", 1)
    case.management.failures = [Gone()]

    case.answer(1)
    case.connection.leave()

    assert case.connection.over
    assert (case.channel.lefts, case.departures) == (1, 1)
    assert case.books.departed_with == [["r1"]]


def test_a_client_that_left_before_its_channel_was_there_is_only_forgotten() -> None:
    case = Case()
    case.arrive("r1", 1)

    case.connection.leave()

    assert case.books.departed_with == [["r1"]]
    assert case.departures == 0


@pytest.mark.parametrize("waiting", [[], [1, "two"]])
def test_who_cannot_be_served_is_told_so_and_closed(waiting: list[MessageId]) -> None:
    case = Case()
    for number, message_id in enumerate(waiting):
        case.arrive(f"r{number}", message_id)

    case.connection.refuse(NoCapacity("There is no room."))

    assert case.said == [("ERROR", message_id) for message_id in waiting or [None]]
    assert case.management.said[0]["error"]["code"] == "NO_CAPACITY"
    assert case.management.closed == ["c"]


def test_a_client_that_takes_too_little_is_told_so_and_closed() -> None:
    pool = HeldPool()
    case = Case(pool=pool)
    case.join()
    large = msgspec.Raw(b'"' + b"x" * (limits.CHANNEL_BACKLOG_BYTES_MAX // 2) + b'"')
    case.arrive("r1", 1)
    case.arrive("r2", 2)

    case.connection.send(CdpResponse(id=1, result=large))
    case.connection.send(CdpResponse(id=2, result=large))
    while pool.held:
        pool.work()

    assert case.management.said[-1]["error"]["code"] == "TOO_SLOW"
    assert case.management.closed == ["c"]
    assert case.connection.over


@pytest.mark.parametrize("letter", [b"x", rb"\""])
def test_an_answer_that_no_connection_could_wait_for_is_an_error_of_its_own(
    case: Case, letter: bytes
) -> None:
    """Quotes are escaped once more in chunks: half as many are too many."""
    case.join()
    large = b'"' + letter * (limits.CHANNEL_BACKLOG_BYTES_MAX // len(letter)) + b'"'
    case.arrive("r0", 0)

    case.connection.send(CdpResponse(id=0, result=msgspec.Raw(large)))
    case.connection.send(CdpEvent(method="A.b", params=msgspec.Raw(large)))

    told, also = case.management.said
    assert (told["id"], told["error"]["code"]) == (0, "RESULT_TOO_LARGE")
    assert told["error"]["details"]["bytes"] > len(large)
    assert (also["id"], also["error"]["code"]) == (None, "RESULT_TOO_LARGE")
    assert not case.connection.over


def test_the_next_picture_comes_when_the_last_has_gone_out(case: Case) -> None:
    shown = Picture(1, 5.0, 1, 1, b"\xff\xd8", PageView(1, 1, 0), "T")

    case.connection.show(shown, keep_alive=False)

    assert case.channel.ready == 1
    assert case.said == [("SCREENCAST_FRAME", None)]
