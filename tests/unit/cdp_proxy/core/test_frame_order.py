from __future__ import annotations

import pytest

from cdp_proxy.core.frame_order import IN_FLIGHT_MAX, FrameOrder

NOW = 1000.0


@pytest.fixture
def order() -> FrameOrder:
    begun = FrameOrder()
    begun.begin(same_tab=False)
    return begun


class TestOvertaking:
    def test_what_was_overtaken_is_not_taken(self, order: FrameOrder) -> None:
        assert order.take(NOW - 0.1, 1, NOW)
        assert not order.take(NOW - 0.2, 1, NOW)
        assert order.take(NOW - 0.1, 1, NOW)

    def test_the_next_capture_of_a_tab_may_overtake_the_one_before(self, order: FrameOrder) -> None:
        order.take(NOW - 0.1, 1, NOW)

        order.begin(same_tab=True)

        assert not order.take(NOW - 0.2, 1, NOW)

    def test_another_tab_overtakes_nothing(self, order: FrameOrder) -> None:
        order.take(NOW - 0.1, 1, NOW)

        order.begin(same_tab=False)

        assert order.take(NOW - 0.2, 1, NOW)

    def test_what_has_no_time_is_taken(self, order: FrameOrder) -> None:
        order.take(NOW, 1, NOW)

        assert order.take(None, 1, NOW)
        assert order.take(NOW - 0.5, 1, NOW)

    def test_a_clock_that_was_set_back_is_none(self, order: FrameOrder) -> None:
        order.take(NOW, 1, NOW)

        assert order.take(NOW - 3600, 1, NOW)


class TestLosing:
    def frames(self, order: FrameOrder, apart: float, age: float) -> bool:
        """Whether so many frames as fit, each acknowledged at once, may have lost one."""
        for number in range(IN_FLIGHT_MAX):
            order.take(NOW + number * apart - age, 1, NOW + number * apart)
        return order.may_have_lost

    def test_a_single_frame_loses_none(self, order: FrameOrder) -> None:
        order.take(NOW, 1, NOW)

        assert not order.may_have_lost

    def test_frames_far_apart_lose_none(self, order: FrameOrder) -> None:
        assert not self.frames(order, apart=0.1, age=0.02)

    def test_frames_close_to_each_other_may(self, order: FrameOrder) -> None:
        assert self.frames(order, apart=0.017, age=0.02)

    def test_frames_that_took_long_may(self, order: FrameOrder) -> None:
        assert self.frames(order, apart=0.1, age=0.5)

    def test_frames_that_are_not_acknowledged_may(self, order: FrameOrder) -> None:
        order.take(NOW, IN_FLIGHT_MAX, NOW)

        assert order.may_have_lost

    def test_another_capture_has_lost_none(self, order: FrameOrder) -> None:
        self.frames(order, apart=0.017, age=0.02)

        order.begin(same_tab=True)

        assert not order.may_have_lost
        order.take(NOW + 1, 1, NOW + 1)
        assert not order.may_have_lost
