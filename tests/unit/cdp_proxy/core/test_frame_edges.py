from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.frame_edges import FrameEdges, close_frame
from cdp_proxy.core.frames import text_header


def frame(size: int) -> bytes:
    return text_header(size) + b"x" * size


@given(
    st.lists(st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 70_000]), max_size=4),
    st.lists(st.integers(1, 70_000), max_size=8),
)
def test_it_is_between_frames_exactly_where_one_ends(sizes: list[int], cuts: list[int]) -> None:
    frames = [frame(size) for size in sizes]
    stream = b"".join(frames)
    ends = {sum(map(len, frames[:count])) for count in range(len(frames) + 1)}
    edges, at = FrameEdges(), 0

    for cut in [*cuts, len(stream)]:
        edges.feed(stream[at : at + cut])
        at = min(len(stream), at + cut)

        assert edges.between_frames is (at in ends)
    assert not edges.closing


def test_bytes_one_by_one_are_followed_too() -> None:
    edges = FrameEdges()
    stream = frame(3) + frame(300)

    seen = []
    for position in range(len(stream)):
        edges.feed(stream[position : position + 1])
        seen.append(edges.between_frames)

    assert [position for position, between in enumerate(seen) if between] == [4, 308]


def test_a_masked_frame_has_its_mask() -> None:
    edges = FrameEdges()

    edges.feed(b"\x81\x83mask")
    assert not edges.between_frames

    edges.feed(b"abc")
    assert edges.between_frames


def test_a_close_frame_is_noticed() -> None:
    edges = FrameEdges()

    edges.feed(frame(5) + b"\x88\x02\x03\xe8")

    assert edges.closing
    assert edges.between_frames


def test_an_own_close_frame_has_its_code_and_reason() -> None:
    assert close_frame(1001, "Gone.") == b"\x88\x07\x03\xe9Gone."


@pytest.mark.parametrize("length", [123, 200])
def test_a_long_reason_is_cut(length: int) -> None:
    made = close_frame(1001, "x" * length)

    assert made[1] == len(made) - 2 == 125
