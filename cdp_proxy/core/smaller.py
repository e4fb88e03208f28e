"""Pictures made to fit: recompressed, and where that is not enough made smaller, step by step.

What fitted last is where the next picture starts, so that a stream settles on what its page takes;
after a while of room to spare it goes a step back up. Pure computation, some tens of milliseconds
a picture: call it in a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image


class Step(NamedTuple):
    """One way to make a picture smaller."""

    quality: int
    """Of JPEG, 1 to 100."""
    scale: float
    """Of both sides."""


STEPS: Final = (
    Step(70, 1.0),
    Step(50, 1.0),
    Step(50, 0.75),
    Step(40, 0.6),
    Step(40, 0.45),
    Step(30, 0.35),
    Step(30, 0.25),
    Step(25, 0.15),
    Step(20, 0.08),
)
"""The last one makes some 5 kB of the largest picture there may be (10 000 pixels a side)."""
_ROOM: Final = 0.6
"""A picture that leaves so much of its bound unused has room to spare."""
_PATIENCE: Final = 15
"""So many of them in a row, and the next one is tried a step better."""


class NotAPicture(Exception):
    """What is to be made smaller cannot be read."""


@dataclass(frozen=True, slots=True)
class Smaller:
    """A picture that fits."""

    data: bytes
    """JPEG."""
    width: int
    height: int
    """Pixels."""


class Fitting:
    """Fits the pictures of one viewer, one after the other."""

    def __init__(self, bytes_max: int) -> None:
        """Make no picture larger than `bytes_max`."""
        self._bytes_max = bytes_max
        self._step: int | None = None
        """Into STEPS; None: pictures fit as they are."""
        self._roomy = 0

    @property
    def step(self) -> Step | None:
        """What pictures are made smaller by now; None: they fit as they are."""
        return STEPS[self._step] if self._step is not None else None

    def fit(self, data: bytes) -> Smaller | None:
        """The picture made to fit; None when it does as it is.

        Args:
            data: JPEG or PNG.

        Raises:
            NotAPicture: it is neither, or broken.
        """
        if len(data) <= self._bytes_max:
            self._step = None
            return None
        return self._shrink(data)

    def _shrink(self, data: bytes) -> Smaller:
        image = _decode(data)
        start = self._step or 0
        made = _make(image, STEPS[start])
        while len(made.data) > self._bytes_max and start < len(STEPS) - 1:
            start += 1
            made = _make(image, STEPS[start])
        self._step = start
        self._note_room(made)
        return made

    def _note_room(self, made: Smaller) -> None:
        """Have the next picture tried a step better when there has been room for long enough."""
        roomy = len(made.data) < self._bytes_max * (1 - _ROOM)
        self._roomy = self._roomy + 1 if roomy else 0
        if self._roomy >= _PATIENCE and self._step:
            self._step -= 1
            self._roomy = 0


def _decode(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
            return opened.convert("RGB")
    # SyntaxError is how Pillow finds fault with a PNG.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error


def _make(image: Image.Image, step: Step) -> Smaller:
    size = (max(1, round(image.width * step.scale)), max(1, round(image.height * step.scale)))
    sized = image if size == image.size else image.resize(size, Image.Resampling.BILINEAR)
    out = BytesIO()
    sized.save(out, "JPEG", quality=step.quality)
    return Smaller(out.getvalue(), *size)
