from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.pictures import Picture, make_picture
from cdp_proxy.core.viewers import CaptureSettings, Tally, Viewer, largest_wish
from shared.envelope.incoming import ScreencastOptions
from tests.fakes.screen import captured


def picture(number: int = 1, captured_at: float = 10.0) -> Picture:
    return make_picture(captured(timestamp=captured_at), number, "T1", 1000.0)


def viewer(**options: Any) -> Viewer:
    return Viewer(ScreencastOptions(**options), Tally(0.0))


class TestTally:
    def test_who_got_nothing_has_no_averages(self) -> None:
        stats = Tally(5.0).stats(5.0)

        assert (stats.frames_sent, stats.average_frame_size, stats.actual_fps) == (0, 0.0, 0.0)
        assert (stats.skip_percentage, stats.frame_age_p50_ms, stats.frame_age_p95_ms) == (
            0.0,
            None,
            None,
        )

    def test_it_counts_what_was_sent_and_left_out(self) -> None:
        tally, one = Tally(0.0), picture()
        for _ in range(3):
            tally.sent(one, 10.0, keep_alive=False)
        tally.frames_skipped = 1

        stats = tally.stats(2.0)

        assert stats.bytes_transmitted == 3 * len(one.data)
        assert stats.average_frame_size == len(one.data)
        assert (stats.actual_fps, stats.skip_percentage) == (1.5, 25.0)

    def test_ages_are_percentiles_and_a_picture_that_comes_again_has_none(self) -> None:
        tally = Tally(0.0)
        for age in range(1, 101):
            tally.sent(picture(captured_at=50.0), 50.0 + age / 1000, keep_alive=False)
        tally.sent(picture(captured_at=1.0), 50.0, keep_alive=True)

        stats = tally.stats(100.0)

        assert stats.frame_age_p50_ms == pytest.approx(51)
        assert stats.frame_age_p95_ms == pytest.approx(96)

    def test_a_picture_of_the_future_has_no_age(self) -> None:
        tally = Tally(0.0)

        tally.sent(picture(captured_at=50.0), 49.0, keep_alive=False)

        assert tally.stats(100.0).frame_age_p95_ms == 0

    def test_it_keeps_so_many_ages_and_no_more(self) -> None:
        tally, one = Tally(0.0), picture()

        for _ in range(2000):
            tally.sent(one, 10.0, keep_alive=False)

        assert len(tally.ages) == 512


class TestLeavingOut:
    def test_a_new_picture_is_not_left_out(self) -> None:
        assert not viewer().leaves_out(picture())

    def test_what_it_has_seen_is_left_out(self) -> None:
        ann = viewer()
        ann.shown = picture(3)

        assert ann.has_seen(picture(3))
        assert ann.leaves_out(picture(3))
        assert not ann.leaves_out(picture(4))

    def test_what_it_is_owed_is_left_out_what_it_saw_before_is_not(self) -> None:
        ann = viewer()
        ann.shown, ann.owed = picture(3), picture(4)

        assert ann.leaves_out(picture(4))
        assert not ann.leaves_out(picture(3))

    def test_who_does_not_detect_idleness_gets_everything(self) -> None:
        ann = viewer(detect_idle=False)
        ann.shown = picture(3)

        assert not ann.leaves_out(picture(3))

    @given(nth=st.integers(1, 9))
    def test_it_gets_the_first_and_then_every_nth(self, nth: int) -> None:
        ann = viewer(every_nth_frame=nth)

        left_out = [ann.leaves_out(picture(number)) for number in range(1, 31)]

        assert left_out == [bool(number % nth) for number in range(30)]


class TestLargestWish:
    def wish(self, *wishes: dict[str, Any]) -> CaptureSettings:
        return largest_wish([ScreencastOptions(**wish) for wish in wishes], "T1")

    @pytest.mark.parametrize(
        ("wishes", "field", "largest"),
        [
            (({"quality": 30}, {"quality": 70}), "quality", 70),
            (({"format": "jpeg"}, {"format": "png"}), "format", "png"),
            (({"format": "jpeg"}, {}), "format", "jpeg"),
            (({"max_width": 640}, {"max_width": 800}), "max_width", 800),
            (({"max_width": 640}, {}), "max_width", None),
            (({"max_height": 640}, {"max_height": 100}), "max_height", 640),
        ],
    )
    def test_it_serves_all(
        self, wishes: tuple[dict[str, Any], ...], field: str, largest: object
    ) -> None:
        assert getattr(self.wish(*wishes), field) == largest

    def test_viewers_are_told_it_as_options(self) -> None:
        settings = self.wish({"quality": 30, "max_width": 640})

        assert settings.as_options(ScreencastOptions()) == ScreencastOptions(
            quality=30, max_width=640, target_id="T1"
        )

    def test_idleness_and_nth_pictures_are_each_viewers_own(self) -> None:
        wish = ScreencastOptions(
            detect_idle=False, idle_threshold=200, every_nth_frame=3, quality=10
        )

        told = self.wish({"quality": 30}).as_options(wish)

        assert (told.detect_idle, told.idle_threshold) == (False, 200)
        assert (told.every_nth_frame, told.quality) == (3, 30)

    def test_a_png_is_a_png(self) -> None:
        assert self.wish({"format": "png"}).as_options(ScreencastOptions()).format == "png"
