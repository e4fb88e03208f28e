from __future__ import annotations

import pytest

from cdp_proxy.core.latency import (
    BUCKETS_SECONDS,
    METHODS_MAX,
    OTHER,
    Histogram,
    MethodLatencies,
    SessionLatencies,
)

PAGE = b"A" * 32
FRAME = b"B" * 32


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, 0), (BUCKETS_SECONDS[0], 0), (0.0002, 1), (30.0, -2), (31.0, -1)],
)
def test_a_duration_counts_in_the_first_bucket_that_holds_it(seconds, bucket):
    histogram = Histogram()

    histogram.observe(seconds)

    assert histogram.counts[bucket] == 1
    assert sum(histogram.counts) == 1
    assert histogram.total_seconds == seconds


@pytest.mark.parametrize("command_id", [7, -9999])
def test_a_command_takes_from_its_batch_to_that_of_its_answer(command_id: int):
    methods = MethodLatencies()
    latencies = SessionLatencies(methods)

    latencies.now = 10.0
    latencies.sent(PAGE, command_id, "Page.navigate")
    latencies.now = 10.5
    latencies.answered(PAGE, b'{"id":%d,"result":{}}' % command_id)

    assert latencies.browser.total_seconds == 0.5
    assert methods.by_method["Page.navigate"].total_seconds == 0.5


def test_the_same_id_on_another_flat_session_is_another_command():
    latencies = SessionLatencies(MethodLatencies())
    latencies.sent(PAGE, 7, "Page.navigate")

    latencies.answered(FRAME, b'{"id":7,"result":{}}')

    assert sum(latencies.browser.counts) == 0


def test_commands_that_are_never_answered_do_not_pile_up():
    latencies = SessionLatencies(MethodLatencies())

    for command_id in range(10_000):
        latencies.sent(PAGE, command_id, "Page.navigate")
    latencies.answered(PAGE, b'{"id":0,"result":{}}')
    latencies.answered(PAGE, b'{"id":9999,"result":{}}')

    assert sum(latencies.browser.counts) == 1
    assert len(latencies._pending) < 5_000


def test_a_client_that_makes_methods_up_gets_one_histogram_for_them():
    methods = MethodLatencies()

    for number in range(METHODS_MAX + 50):
        methods.of(f"Made.up{number}").observe(1.0)

    assert len(methods.by_method) == METHODS_MAX + 1
    assert sum(methods.by_method[OTHER].counts) == 50


def test_the_proxy_s_own_time_is_that_of_its_batches():
    latencies = SessionLatencies(MethodLatencies())
    latencies.now = 1.0

    latencies.worked(1.25)

    assert latencies.proxy.total_seconds == 0.25
