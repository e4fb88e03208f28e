"""The app in threads."""

from __future__ import annotations

import threading

import pytest
from chalice.app import Chalice
from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.trial.unittest import TestCase

from shared.clock import system_clock
from standalone.gateway.invoker import (
    THREADS_MAX,
    WAITING_MAX,
    Invoker,
    LambdaContext,
    Overloaded,
)


class InvokerTest(TestCase):
    timeout = 120

    def setUp(self) -> None:
        self.go = threading.Event()
        self.app = Chalice("tiny", configure_logs=False)
        self.app.lambda_function(name="unused")(lambda event, context: None)
        self.invoker = Invoker(reactor, self.app, system_clock)
        self.invoker.start()

    async def tearDown(self) -> None:
        self.go.set()
        await self.invoker.stop(10)

    def wait(self, event: dict[str, object], context: LambdaContext) -> dict[str, object]:
        self.go.wait(20)
        return {"id": context.aws_request_id}

    async def test_each_call_has_its_own_context(self) -> None:
        self.go.set()

        answers = await gatherResults(
            [self.invoker._call(self.wait, {}, str(number)) for number in range(50)]
        )

        assert [answer["id"] for answer in answers] == [str(number) for number in range(50)]

    async def test_what_is_too_much_is_refused_and_the_rest_goes_on(self) -> None:
        running = [self.invoker._call(self.wait, {}, "r") for _ in range(THREADS_MAX + WAITING_MAX)]

        with pytest.raises(Overloaded):
            await self.invoker._call(self.wait, {}, "one too many")

        self.go.set()
        assert len(await gatherResults(running)) == THREADS_MAX + WAITING_MAX

    async def test_stop_does_not_wait_for_ever(self) -> None:
        running = self.invoker._call(self.wait, {}, "r")

        await self.invoker.stop(0.05)

        self.go.set()
        await running

    async def test_a_route_the_app_has_not_got_is_none(self) -> None:
        assert self.invoker.socket_route("$connect") is None


def test_the_context_counts_down() -> None:
    context = LambdaContext("r", deadline=10.0, clock=lambda: 7.5)

    assert context.get_remaining_time_in_millis() == 2_500
    assert LambdaContext("r", 10.0, lambda: 11.0).get_remaining_time_in_millis() == 0
