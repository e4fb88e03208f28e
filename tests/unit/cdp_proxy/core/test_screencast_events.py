from __future__ import annotations

from typing import get_args

import pytest

from cdp_proxy.core.screencast_events import Effect, Input, Show, TellIdle, ViewerLeft
from tests.fakes.screen import Screen


def test_what_is_told_and_what_is_asked_for_are_two_things() -> None:
    assert not set(get_args(Input)) & set(get_args(Effect))


@pytest.mark.parametrize("kind", [*get_args(Input), *get_args(Effect)])
def test_none_of_them_changes(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_a_viewer_may_be_known_by_anything() -> None:
    screen, viewer = Screen().streaming(), object()

    assert TellIdle(viewer, idle=True).viewer is viewer
    assert screen.tell(ViewerLeft(viewer)) == []


def test_a_picture_is_shown_for_the_first_time_unless_told() -> None:
    screen = Screen().streaming()
    screen.frame()

    (show,) = screen.of(Show)

    assert not show.keep_alive
