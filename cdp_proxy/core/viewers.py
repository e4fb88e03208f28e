"""The viewers of a screencast: what each wishes, has been shown, and is owed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cdp_proxy.core.pictures import Picture
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import ScreencastStats

_AGES_KEPT: Final = 512
"""Frame ages that percentiles are taken of, the newest."""


@dataclass(slots=True)
class Tally:
    """What a viewer, or all of them, got."""

    began_at: float
    frames_sent: int = 0
    frames_skipped: int = 0
    bytes_transmitted: int = 0
    ages: deque[float] = field(default_factory=lambda: deque(maxlen=_AGES_KEPT))
    """Seconds, each from capture to hand-over."""

    def sent(self, picture: Picture, now: float, *, keep_alive: bool) -> None:
        """A picture was handed over."""
        self.frames_sent += 1
        self.bytes_transmitted += len(picture.data)
        if not keep_alive:
            self.ages.append(max(0.0, now - picture.captured_at))

    def stats(self, now: float) -> ScreencastStats:
        """In the API's words."""
        ages = sorted(self.ages)
        sent, skipped = self.frames_sent, self.frames_skipped
        return ScreencastStats(
            frames_sent=sent,
            frames_skipped=skipped,
            bytes_transmitted=self.bytes_transmitted,
            average_frame_size=round(self.bytes_transmitted / sent, 1) if sent else 0.0,
            actual_fps=round(sent / max(now - self.began_at, 0.001), 2),
            skip_percentage=round(100 * skipped / (sent + skipped), 2) if sent + skipped else 0.0,
            frame_age_p50_ms=_percentile_ms(ages, 0.50),
            frame_age_p95_ms=_percentile_ms(ages, 0.95),
        )


@dataclass(slots=True, eq=False)
class Viewer:
    """One receiver of pictures."""

    options: ScreencastOptions
    tally: Tally
    ready: bool = True
    """Whether its connection takes a picture now."""
    owed: Picture | None = None
    """The newest picture that it could not take."""
    shown: Picture | None = None
    shown_at: float = 0.0
    idle: bool = False
    """Whether it has been told that nothing changes."""
    told_trouble: bool = False
    """Whether it has been told that there is nothing to show."""
    countdown: int = 0
    """Captured pictures to leave out before the next one is its n-th."""

    def has_seen(self, picture: Picture) -> bool:
        """Whether it was shown this very content, last of all."""
        return self.shown is not None and self.shown.number == picture.number

    def leaves_out(self, picture: Picture) -> bool:
        """Whether it has no use for a picture that has just been captured.

        A picture that is the same as the one before it has its number.
        """
        newest = self.owed or self.shown
        known = newest is not None and newest.number == picture.number
        if known and self.options.detect_idle:
            return True
        if self.countdown > 0:
            self.countdown -= 1
            return True
        self.countdown = self.options.every_nth_frame - 1
        return False


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """What Chromium is asked for: the largest wish of all viewers.

    Each frame, whatever n-th ones are wished for: the last look of a page may be none of those.
    """

    target_id: str
    format: str
    quality: int
    max_width: int | None
    max_height: int | None

    def as_options(self, wish: ScreencastOptions) -> ScreencastOptions:
        """As a viewer is told, with what of its wish is its own affair."""
        return ScreencastOptions(
            format="png" if self.format == "png" else "jpeg",
            quality=self.quality,
            max_width=self.max_width,
            max_height=self.max_height,
            every_nth_frame=wish.every_nth_frame,
            detect_idle=wish.detect_idle,
            idle_threshold=wish.idle_threshold,
            target_id=self.target_id,
        )


def largest_wish(wishes: Sequence[ScreencastOptions], target_id: str) -> CaptureSettings:
    """Settings that serve all of at least one wish."""
    return CaptureSettings(
        target_id=target_id,
        format="png" if any(wish.format == "png" for wish in wishes) else "jpeg",
        quality=max(wish.quality for wish in wishes),
        max_width=_largest(wish.max_width for wish in wishes),
        max_height=_largest(wish.max_height for wish in wishes),
    )


def _largest(bounds: Iterable[int | None]) -> int | None:
    """None, no bound, is larger than any."""
    largest = 0
    for bound in bounds:
        if bound is None:
            return None
        largest = max(largest, bound)
    return largest


def _percentile_ms(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
