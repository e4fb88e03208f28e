"""Pictures that do not fit, made to."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from cdp_proxy.core.smaller import STEPS, Fitting, NotAPicture, Smaller


def noise(width: int, height: int, kind: str = "JPEG") -> bytes:
    """A picture that compresses as badly as any."""
    pixels = Random(7).randbytes(width * height * 3)
    out = BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(out, kind)
    return out.getvalue()


def plain(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "PNG")
    return out.getvalue()


def shrunk(fitting: Fitting, data: bytes) -> Smaller:
    made = fitting.fit(data)
    assert made is not None
    return made


def test_what_fits_is_left_alone() -> None:
    fitting = Fitting(100_000)

    assert fitting.fit(plain(640, 360)) is None
    assert fitting.step is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("bytes_max", [3_000, 20_000, 60_000])
def test_what_does_not_fit_does_afterwards(kind: str, bytes_max: int) -> None:
    made = shrunk(Fitting(bytes_max), noise(640, 360, kind))

    assert len(made.data) <= bytes_max
    with Image.open(BytesIO(made.data)) as image:
        assert (image.format, image.size) == ("JPEG", (made.width, made.height))


def test_the_shape_is_kept() -> None:
    made = shrunk(Fitting(5_000), noise(640, 320))

    assert made.width < 640
    assert made.width / made.height == pytest.approx(2, rel=0.1)


def test_the_next_picture_starts_where_the_last_one_ended() -> None:
    fitting = Fitting(20_000)
    first = shrunk(fitting, noise(640, 360))
    settled = fitting.step

    second = shrunk(fitting, noise(640, 360))

    assert settled not in (None, STEPS[0])
    assert fitting.step == settled
    assert second == first


def test_a_page_that_fits_again_is_shown_as_it_is() -> None:
    fitting = Fitting(20_000)
    fitting.fit(noise(640, 360))

    assert fitting.fit(plain(640, 360)) is None
    assert fitting.step is None


def test_room_to_spare_brings_the_quality_back() -> None:
    fitting = Fitting(60_000)
    fitting.fit(noise(900, 600))
    settled = STEPS.index(fitting.step) if fitting.step else 0
    soft = Image.effect_noise((900, 600), 4).convert("RGB")
    out = BytesIO()
    soft.save(out, "PNG")  # too large as it is, and small as a JPEG

    for _ in range(15):
        fitting.fit(out.getvalue())

    assert fitting.step is not None
    assert STEPS.index(fitting.step) < settled


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8broken", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a" + b"\0" * 50]
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        Fitting(-1).fit(data)
