"""Against a real Redis; a fake clock decides about deadlines, threads about order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import redis

from shared import keys
from shared.bus import Reply, Request, RequestBus
from shared.clock import system_clock
from shared.errors import BrowserStartFailed, NoCapacity, TaskTimeout, WallCrawlerError
from shared.ids import RequestId, TaskId
from shared.limits import OPERATION_TTL_SECONDS, REPLY_TTL_SECONDS
from shared.records import CloseSession, ErrorBody
from shared.request_kind import RequestKind
from tests.fakes.records import NOW, session_id_of

TASK = TaskId("task-a")
REQUEST = RequestId("request-1")
PAYLOAD = CloseSession(session_id=session_id_of("one"))


def clock_of(*readings: float) -> Callable[[], float]:
    """A clock that shows the readings one after the other, and the last one for ever."""
    left = list(readings)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def bus(redis_client: redis.Redis) -> RequestBus:
    return RequestBus(redis_client, system_clock)


def push(client: redis.Redis, *, deadline: float, request_id: RequestId = REQUEST) -> None:
    request = Request(
        id=request_id,
        kind=RequestKind.CLOSE,
        deadline=deadline,
        payload=msgspec.Raw(msgspec.json.encode(PAYLOAD)),
    )
    client.lpush(keys.requests(TASK), msgspec.json.encode(request))


def call(bus: RequestBus, timeout_seconds: float = 30.0) -> msgspec.Raw:
    return bus.call(TASK, REQUEST, RequestKind.CLOSE, PAYLOAD, timeout_seconds)


def test_a_call_returns_what_the_task_replied(bus: RequestBus) -> None:
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(call, bus)
        request = bus.take(TASK)
        assert request is not None
        bus.reply(request.id, Reply(result=msgspec.Raw(b'{"ok":true}')))

        assert bytes(answer.result(60)) == b'{"ok":true}'


def test_the_task_gets_the_kind_and_the_payload(bus: RequestBus) -> None:
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(call, bus)
        request = bus.take(TASK)
        assert request is not None
        bus.reply(request.id, Reply())
        answer.result(60)

    assert (request.id, request.kind) == (REQUEST, RequestKind.CLOSE)
    assert msgspec.json.decode(request.payload, type=CloseSession) == PAYLOAD


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NO_CAPACITY", NoCapacity),
        ("BROWSER_START_FAILED", BrowserStartFailed),
        ("SOMETHING_NEW", WallCrawlerError),
    ],
)
def test_a_replied_error_is_raised_as_its_class(
    bus: RequestBus, code: str, kind: type[WallCrawlerError]
) -> None:
    error = ErrorBody(code=code, message="why", details={"browser": "x"})
    bus.reply(REQUEST, Reply(error=error))

    with pytest.raises(WallCrawlerError, match="why") as raised:
        call(bus)

    assert type(raised.value) is kind
    assert raised.value.details == {"browser": "x"}


def test_an_error_without_details_is_raised_too(bus: RequestBus) -> None:
    bus.reply(REQUEST, Reply(error=ErrorBody(code="NO_CAPACITY", message="full")))

    with pytest.raises(NoCapacity, match="full"):
        call(bus)


def test_a_call_nobody_answers_times_out_and_names_the_request(bus: RequestBus) -> None:
    with pytest.raises(TaskTimeout) as raised:
        call(bus, timeout_seconds=0.05)

    assert raised.value.details == {"requestId": REQUEST}


def test_a_request_to_a_task_that_is_no_more_does_not_stay(
    bus: RequestBus, redis_client: redis.Redis
) -> None:
    with pytest.raises(TaskTimeout):
        call(bus, timeout_seconds=0.1)

    assert 0 < redis_client.ttl(keys.requests(TASK)) <= 1 + REPLY_TTL_SECONDS


def test_a_wait_longer_than_one_pop_goes_on(redis_client: redis.Redis) -> None:
    bus = RequestBus(redis_client, clock_of(NOW, NOW, NOW + 0.97, NOW + 1.0))

    with pytest.raises(TaskTimeout):
        call(bus, timeout_seconds=1.0)


def test_a_request_is_taken_once(bus: RequestBus, redis_client: redis.Redis) -> None:
    push(redis_client, deadline=system_clock() + 60)

    assert bus.take(TASK) is not None
    assert redis_client.llen(keys.requests(TASK)) == 0


def test_requests_are_taken_in_the_order_of_calling(redis_client: redis.Redis) -> None:
    for name in ("first", "second"):
        impatient = RequestBus(redis_client, clock_of(NOW, NOW + 6))
        with pytest.raises(TaskTimeout):
            impatient.call(TASK, RequestId(name), RequestKind.CLOSE, PAYLOAD, 5.0)
    bus = RequestBus(redis_client, clock_of(NOW))

    taken = [bus.take(TASK), bus.take(TASK)]

    assert [request.id for request in taken if request] == ["first", "second"]


@pytest.mark.parametrize("late_seconds", [0.0, 1.0])
def test_a_request_past_its_deadline_is_dropped(
    redis_client: redis.Redis, late_seconds: float
) -> None:
    bus = RequestBus(redis_client, clock_of(NOW + late_seconds))
    push(redis_client, deadline=NOW)

    assert bus.take(TASK) is None
    assert redis_client.llen(keys.requests(TASK)) == 0


def test_another_task_does_not_get_it(bus: RequestBus, redis_client: redis.Redis) -> None:
    push(redis_client, deadline=system_clock() + 60)

    assert bus.take(TaskId("task-b")) is None
    assert redis_client.llen(keys.requests(TASK)) == 1


def test_a_reply_nobody_fetches_expires(bus: RequestBus, redis_client: redis.Redis) -> None:
    bus.reply(REQUEST, Reply())

    assert 0 < redis_client.ttl(keys.reply(REQUEST)) <= REPLY_TTL_SECONDS


def attempt(bus: RequestBus, timeout_seconds: float) -> msgspec.Raw | None:
    return bus.attempt(TASK, REQUEST, RequestKind.ACT, PAYLOAD, timeout_seconds)


def test_an_attempt_that_is_answered_in_time_is_a_call(bus: RequestBus) -> None:
    bus.reply(REQUEST, Reply(result=msgspec.Raw(b'{"ok":true}')))

    assert attempt(bus, 5.0) == msgspec.Raw(b'{"ok":true}')


def test_an_attempt_that_is_refused_in_time_raises(bus: RequestBus) -> None:
    bus.reply(REQUEST, Reply(error=ErrorBody(code="NO_CAPACITY", message="full")))

    with pytest.raises(NoCapacity, match="full"):
        attempt(bus, 5.0)


def test_an_attempt_that_was_taken_may_still_be_answered(bus: RequestBus) -> None:
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(attempt, bus, 2.0)
        assert bus.take(TASK) is not None

        assert answer.result(60) is None


def test_an_attempt_that_nobody_took_never_will_be(
    bus: RequestBus, redis_client: redis.Redis
) -> None:
    with pytest.raises(TaskTimeout) as raised:
        attempt(bus, 0.05)

    assert raised.value.details == {"requestId": REQUEST}
    assert redis_client.llen(keys.requests(TASK)) == 0


def test_an_attempt_withdraws_its_own_request_only(
    bus: RequestBus, redis_client: redis.Redis
) -> None:
    push(redis_client, deadline=system_clock() + 60, request_id=RequestId("another"))

    with pytest.raises(TaskTimeout):
        attempt(bus, 0.05)

    request = bus.take(TASK)
    assert request is not None
    assert request.id == "another"


def test_a_reply_to_an_operation_is_kept_longer(bus: RequestBus, redis_client: redis.Redis) -> None:
    redis_client.hset(keys.operation(REQUEST), "session", "one")

    bus.reply(REQUEST, Reply())

    for key in (keys.reply(REQUEST), keys.operation(REQUEST)):
        assert REPLY_TTL_SECONDS < redis_client.ttl(key) <= OPERATION_TTL_SECONDS


def test_two_takers_never_share_a_request(redis_url: str, redis_client: redis.Redis) -> None:
    bus = RequestBus(redis_client, system_clock)
    names = {RequestId(f"request-{number}") for number in range(20)}
    for name in names:
        push(redis_client, deadline=system_clock() + 60, request_id=name)

    with ThreadPoolExecutor(4) as takers:
        taken = list(takers.map(lambda _: bus.take(TASK), range(20)))

    assert sorted(request.id for request in taken if request) == sorted(names)


def test_a_request_names_what_it_serves(redis_client: redis.Redis) -> None:
    caller = RequestBus(redis_client, system_clock, lambda: "the API's request")
    task = RequestBus(redis_client, system_clock)

    with pytest.raises(TaskTimeout):
        caller.call(
            TaskId("task-a"),
            RequestId("r"),
            RequestKind.CLOSE,
            CloseSession(session_id=session_id_of("one")),
            0.01,
        )
    raw = redis_client.lindex(keys.requests(TaskId("task-a")), 0)

    assert msgspec.json.decode(raw, type=Request).origin == "the API's request"
    assert task.take(TaskId("task-a")) is None
