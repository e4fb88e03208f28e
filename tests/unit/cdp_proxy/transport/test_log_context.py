from __future__ import annotations

from collections.abc import Mapping

import pytest
from twisted.internet.defer import Deferred
from twisted.web.test.requesthelper import DummyRequest

from cdp_proxy.transport.log_context import (
    add_log_ids,
    current_ids,
    ids_of_request,
    log_ids,
)


def test_outside_of_everything_there_are_no_ids() -> None:
    assert current_ids() == {}


def test_a_block_adds_its_ids_and_takes_them_back() -> None:
    with log_ids(request_id="r"):
        with log_ids(session_id="s"):
            assert current_ids() == {"request_id": "r", "session_id": "s"}
        assert current_ids() == {"request_id": "r"}
    assert current_ids() == {}


def test_coroutines_that_take_turns_keep_their_own() -> None:
    gates: dict[str, Deferred[None]] = {"one": Deferred(), "two": Deferred()}
    seen: dict[str, Mapping[str, str]] = {}

    async def work(name: str) -> None:
        with log_ids(request_id=name):
            await gates[name]
            add_log_ids(session_id=f"session of {name}")
            seen[name] = current_ids()

    running = [Deferred.fromCoroutine(work(name)) for name in gates]
    for name in ("two", "one"):
        gates[name].callback(None)

    assert all(each.called for each in running)
    assert seen == {
        name: {"request_id": name, "session_id": f"session of {name}"} for name in gates
    }
    assert current_ids() == {}


def request_with(header: str | None) -> DummyRequest:
    request = DummyRequest([b"cdp"])
    if header is not None:
        request.requestHeaders.setRawHeaders("X-Request-Id", [header])
    return request


def test_a_request_keeps_the_id_it_came_with() -> None:
    ids = ids_of_request(request_with("abc-123"))  # type: ignore[arg-type]

    assert ids["request_id"] == "abc-123"
    assert len(ids["connection_id"]) == 32


@pytest.mark.parametrize("header", [None, "", "a b", '"x"', "x" * 129])
def test_one_without_a_proper_id_gets_one(header: str | None) -> None:
    ids = ids_of_request(request_with(header))  # type: ignore[arg-type]

    assert len(ids["request_id"]) == 32
