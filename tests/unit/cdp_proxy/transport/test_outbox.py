"""Messages on their way out: order, failures, bounds, pictures."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from cdp_proxy.core.pictures import PageView, Picture
from cdp_proxy.transport.management import Gone, Later, Refused
from cdp_proxy.transport.outbox import BATCH_MAX, OPENING_SECONDS, PATIENCE_SECONDS, Outbox
from shared.ids import RequestId
from shared.limits import CHANNEL_BACKLOG_BYTES_MAX, WS_API_PUSH_BYTES_MAX
from tests.fakes.connections import make_head
from tests.fakes.container import clock_at
from tests.fakes.pushing import FakeManagement, HeldPool, make_ways
from tests.fakes.records import NOW


@dataclass
class Heard:
    """What the listener was told, in order."""

    events: list[str] = field(default_factory=list)

    def posted(self, mark: RequestId) -> None:
        self.events.append(f"posted {mark}")

    def shown(self) -> None:
        self.events.append("shown")

    def gone(self) -> None:
        self.events.append("gone")

    def closed(self) -> None:
        self.events.append("closed")


class Case:
    """An outbox that has been open for a while."""

    def __init__(self, *, opened: bool = True) -> None:
        self.clock = clock_at(NOW + OPENING_SECONDS if opened else NOW)
        self.management = FakeManagement()
        self.heard = Heard()
        self.outbox = Outbox(make_ways(self.clock, self.management), make_head("c"), self.heard)

    def send(self, *numbers: int) -> None:
        for number in numbers:
            self.outbox.send(b'{"n":%d}' % number, RequestId(str(number)))

    @property
    def numbers(self) -> list[int]:
        return [message["n"] for message in self.management.said if "n" in message]


@pytest.fixture
def case() -> Case:
    return Case()


def held_case() -> tuple[Case, HeldPool]:
    case, pool = Case(), HeldPool()
    case.outbox = Outbox(make_ways(case.clock, case.management, pool), make_head("c"), case.heard)
    return case, pool


def picture(data: bytes = b"\xff\xd8small", number: int = 1) -> Picture:
    return Picture(number, 5.0, 640, 360, data, PageView(640, 360, 0), "T")


def large_jpeg() -> bytes:
    out = BytesIO()
    pixels = Random(7).randbytes(900 * 600 * 3)
    Image.frombytes("RGB", (900, 600), pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_messages_go_out_in_order_and_are_told_of(case: Case) -> None:
    case.send(1, 2, 3)

    assert case.numbers == [1, 2, 3]
    assert case.heard.events == ["posted 1", "posted 2", "posted 3"]


def test_what_is_queued_while_a_thread_posts_goes_out_after_it_in_batches() -> None:
    case, pool = held_case()
    case.send(*range(BATCH_MAX + 2))

    pool.work()
    assert case.numbers == [0]
    pool.work()
    assert case.numbers == list(range(BATCH_MAX + 1))
    pool.work()
    assert case.numbers == list(range(BATCH_MAX + 2))
    assert pool.held == []


def test_of_a_batch_nothing_goes_out_after_all_has_been_dropped() -> None:
    case, pool = held_case()
    case.send(1, 2, 3)
    pool.work()
    case.management.then = case.outbox.clear  # while a thread posts the first of the batch
    pool.work()

    case.send(4)
    while pool.held:
        pool.work()

    assert case.numbers == [1, 2, 4]


def test_throttled_messages_wait_longer_each_time_and_lose_no_place(case: Case) -> None:
    case.management.failures = [None, Later("throttled"), Later("throttled")]
    case.send(1)
    case.send(2, 3)

    assert case.numbers == [1]
    case.clock.advance(0.1)
    assert (case.numbers, case.management.calls) == ([1], 3)
    case.clock.advance(0.1)
    assert case.management.calls == 3
    case.clock.advance(0.1)
    assert case.numbers == [1, 2, 3]


def test_success_makes_the_next_wait_short_again(case: Case) -> None:
    case.management.failures = [Later(""), Later(""), None, Later("")]
    case.send(1)
    case.clock.pump([0.1, 0.2])
    case.send(2)

    case.clock.advance(0.1)

    assert case.numbers == [1, 2]


def test_waiting_has_an_end(case: Case) -> None:
    case.management.failures = [Later("")] * 1_000
    case.send(1)

    case.clock.pump([1.0] * int(PATIENCE_SECONDS - 5))
    assert case.heard.events == []
    case.clock.pump([1.0] * 10)

    assert case.heard.events == ["gone"]
    assert case.management.closings == 1, "so that the client notices"
    case.send(2)
    assert case.management.posts == []


def test_what_goes_out_slowly_is_not_given_up(case: Case) -> None:
    count = 2 * int(PATIENCE_SECONDS)
    case.management.failures = [failure for _ in range(count) for failure in (None, Later(""))]
    case.send(*range(count))

    case.clock.pump([1.0] * count)

    assert case.numbers == list(range(count))
    assert "gone" not in case.heard.events


def test_a_client_that_is_gone_is_told_of_at_once_and_once(case: Case) -> None:
    case.management.failures = [None, Gone()]
    case.send(1)
    case.send(2, 3)

    assert case.heard.events == ["posted 1", "gone"]
    assert (case.numbers, case.management.calls) == ([1], 2)


def test_a_client_that_is_not_there_yet_is_waited_for() -> None:
    case = Case(opened=False)
    case.management.failures = [Gone(), Gone()]
    case.send(1)

    case.clock.pump([0.1, 0.2])

    assert case.numbers == [1]


def test_a_client_that_never_comes_is_gone() -> None:
    case = Case(opened=False)
    case.management.failures = [Gone()] * 100
    case.send(1)

    case.clock.pump([0.1] * 80)

    assert case.heard.events == ["gone"]


def test_what_is_refused_for_ever_is_not_tried_again(case: Case) -> None:
    case.management.failures = [Refused("ForbiddenException")]
    case.send(1)

    assert (case.heard.events, case.numbers) == (["gone"], [])
    assert case.management.closed == ["c"]


def test_closing_lets_out_what_is_queued() -> None:
    case, pool = held_case()
    case.send(1, 2)
    case.outbox.close()
    case.send(3)

    while pool.held:
        pool.work()

    assert case.numbers == [1, 2]
    assert case.management.closed == ["c"]
    assert case.heard.events == ["posted 1", "posted 2", "closed"]


@pytest.mark.parametrize("failure", [Gone(), Refused("x")])
def test_a_connection_that_cannot_be_closed_is_over_all_the_same(
    case: Case, failure: Exception
) -> None:
    case.management.failures = [failure]

    case.outbox.close()

    assert case.heard.events in (["closed"], ["gone"])


def test_closing_is_tried_again_when_it_is_throttled(case: Case) -> None:
    case.management.failures = [Later("")]
    case.outbox.close()

    case.clock.advance(0.1)

    assert (case.heard.events, case.management.closed) == (["closed"], ["c"])


def test_after_a_stop_nothing_is_said() -> None:
    case, pool = held_case()
    case.send(1, 2, 3)
    case.management.then = case.outbox.stop

    pool.work()
    case.send(4)

    assert case.numbers == [1]
    assert case.heard.events == []
    assert pool.held == []


def test_what_waits_is_bounded() -> None:
    case, pool = held_case()
    megabyte = b'{"x":"%s"}' % (b"1" * 1024 * 1024)
    for _ in range(CHANNEL_BACKLOG_BYTES_MAX // len(megabyte)):
        case.outbox.send(megabyte)
    assert not case.outbox.full

    case.outbox.send(megabyte)

    assert case.outbox.full
    case.outbox.clear()
    case.send(7)
    pool.work()
    pool.work()
    assert case.numbers[-1] == 7


def test_a_picture_is_a_message_and_is_told_of(case: Case) -> None:
    case.outbox.show(picture(), keep_alive=False)

    (frame,) = case.management.said
    assert base64.b64decode(frame.pop("data")) == b"\xff\xd8small"
    assert frame == {
        "type": "SCREENCAST_FRAME",
        "number": 1,
        "capturedAt": 5.0,
        "width": 640,
        "height": 360,
        "format": "jpeg",
    }
    assert case.heard.events == ["shown"]


def test_a_picture_that_is_shown_once_more_says_so(case: Case) -> None:
    case.outbox.show(picture(), keep_alive=True)

    assert case.management.said[0]["keepAlive"] is True


def test_a_picture_too_large_for_a_message_is_made_to_fit(case: Case) -> None:
    data = large_jpeg()
    assert len(data) > WS_API_PUSH_BYTES_MAX

    case.outbox.show(picture(data), keep_alive=False)

    (frame,) = case.management.said
    assert len(json.dumps(frame)) <= WS_API_PUSH_BYTES_MAX
    with Image.open(BytesIO(base64.b64decode(frame["data"]))) as image:
        assert image.size == (frame["width"], frame["height"])
        assert image.format == "JPEG"


def test_a_picture_that_cannot_be_read_is_dropped_and_the_next_is_asked_for(case: Case) -> None:
    case.outbox.show(picture(b"\xff\xd8" + b"x" * WS_API_PUSH_BYTES_MAX), keep_alive=False)

    assert (case.heard.events, case.management.posts) == (["shown"], [])


def test_messages_and_pictures_take_turns() -> None:
    case, pool = held_case()
    case.send(*range(2 * BATCH_MAX))
    pool.work()
    case.outbox.show(picture(), keep_alive=False)

    pool.work()
    pool.work()

    assert case.management.said[-1]["type"] == "SCREENCAST_FRAME"
    assert len(case.numbers) == BATCH_MAX + 1


def test_a_throttled_picture_is_not_tried_again_but_the_next_is_asked_for(case: Case) -> None:
    case.management.failures = [Later("")]
    case.outbox.show(picture(), keep_alive=False)
    assert case.heard.events == []

    case.clock.advance(0.1)

    assert (case.heard.events, case.management.posts) == (["shown"], [])


def test_a_viewer_that_is_gone_gets_no_more(case: Case) -> None:
    case.management.failures = [Gone()]

    case.outbox.show(picture(), keep_alive=False)
    case.outbox.show(picture(), keep_alive=False)

    assert (case.heard.events, case.management.calls) == (["gone"], 1)
