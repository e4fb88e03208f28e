from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.input_events import Fingers, commands_for
from cdp_proxy.core.pictures import PageView
from shared.envelope.incoming import (
    FrameSize,
    InputDescription,
    KeyInput,
    MouseInput,
    PasteInput,
    TextInput,
    TouchInput,
    TouchPoint,
)
from shared.errors import InvalidRequest

VIEW = PageView(width_dip=1280, height_dip=720, offset_top_dip=0)


def sent(
    event: InputDescription, view: PageView | None = None, fingers: Fingers | None = None
) -> list[tuple[str, dict[str, Any]]]:
    on_page = {} if fingers is None else fingers
    requests = [next(command) for command in commands_for(event, view, on_page)]
    return [(request["method"], request["params"]) for request in requests]


def mouse(view: PageView | None = None, **event: Any) -> dict[str, Any]:
    ((method, params),) = sent(MouseInput(**{"x": 1, "y": 2, **event}), view)
    assert method == "Input.dispatchMouseEvent"
    return params


class TestMouse:
    @pytest.mark.parametrize(
        ("action", "kind"),
        [("move", "mouseMoved"), ("down", "mousePressed"), ("up", "mouseReleased"),
         ("wheel", "mouseWheel")],
    )  # fmt: skip
    def test_what_it_does_has_chromiums_name(self, action: str, kind: str) -> None:
        params = mouse(action=action)

        assert (params["type"], params["x"], params["y"]) == (kind, 1, 2)

    def test_a_press_is_of_the_left_button_and_the_first_unless_told(self) -> None:
        down, up = mouse(action="down"), mouse(action="up")

        assert (down["button"], down["buttons"], down["clickCount"]) == ("left", 1, 1)
        assert (up["button"], up["buttons"], up["clickCount"]) == ("left", 0, 1)

    def test_a_press_is_as_told(self) -> None:
        params = mouse(action="down", button="right", buttons=1, click_count=2)

        assert (params["button"], params["buttons"], params["clickCount"]) == ("right", 3, 2)

    @pytest.mark.parametrize(
        ("buttons", "button"),
        [(0, "none"), (1, "left"), (2, "right"), (4, "middle"), (8, "back"), (16, "forward"),
         (6, "right")],
    )  # fmt: skip
    def test_a_move_drags_with_what_is_held(self, buttons: int, button: str) -> None:
        params = mouse(action="move", buttons=buttons)

        assert (params["button"], params["buttons"], params["clickCount"]) == (button, buttons, 0)

    def test_only_the_wheel_has_deltas(self) -> None:
        wheel = mouse(action="wheel", delta_x=3, delta_y=-120)
        move = mouse(action="move", delta_x=3, delta_y=-120)

        assert (wheel["deltaX"], wheel["deltaY"]) == (3, -120)
        assert "deltaX" not in move
        assert "deltaY" not in move

    def test_a_wheel_that_does_not_turn_has_deltas_of_nothing(self) -> None:
        assert (mouse(action="wheel")["deltaX"], mouse(action="wheel")["deltaY"]) == (0, 0)

    @pytest.mark.parametrize(
        ("names", "bits"),
        [((), 0), (("Alt",), 1), (("Control",), 2), (("Meta",), 4), (("Shift",), 8),
         (("Shift", "Alt", "Alt"), 9)],
    )  # fmt: skip
    def test_modifiers_are_chromiums_bits(self, names: tuple[str, ...], bits: int) -> None:
        assert mouse(action="move", modifiers=names)["modifiers"] == bits


class TestPositions:
    def test_without_a_frame_they_are_the_pages(self) -> None:
        params = mouse(action="move", x=10.5, y=20)

        assert (params["x"], params["y"]) == (10.5, 20)

    def test_in_a_frame_they_are_mapped_to_the_page(self) -> None:
        params = mouse(VIEW, action="move", x=320, y=90, frame=FrameSize(640, 360))

        assert (params["x"], params["y"]) == (640, 180)

    def test_what_is_above_the_page_is_taken_off(self) -> None:
        view = PageView(width_dip=400, height_dip=856, offset_top_dip=56)

        params = mouse(view, action="move", x=200, y=56, frame=FrameSize(400, 856))

        assert (params["x"], params["y"]) == (200, 0)

    def test_on_a_page_that_is_shown_smaller_or_larger_than_it_is_they_are_the_pages(self) -> None:
        view = PageView(width_dip=412, height_dip=915, offset_top_dip=15, scale=0.25)

        params = mouse(view, action="move", x=206, y=115, frame=FrameSize(412, 915))

        assert (params["x"], params["y"]) == (824, 400)

    def test_in_a_frame_that_nobody_was_shown_they_mean_nothing(self) -> None:
        with pytest.raises(InvalidRequest) as refused:
            mouse(None, action="move", frame=FrameSize(640, 360))

        assert refused.value.details["field"] == "event.frame"

    @given(
        width=st.integers(1, 10_000),
        height=st.integers(1, 10_000),
        across=st.floats(0, 1),
        down=st.floats(0, 1),
    )
    def test_a_share_of_the_frame_is_the_same_share_of_the_page(
        self, width: int, height: int, across: float, down: float
    ) -> None:
        frame = FrameSize(width, height)

        params = mouse(VIEW, action="move", x=across * width, y=down * height, frame=frame)

        assert params["x"] == pytest.approx(across * 1280)
        assert params["y"] == pytest.approx(down * 720)


class TestKeys:
    def kinds(self, **event: Any) -> list[str]:
        return [params["type"] for _, params in sent(KeyInput(**event))]

    @pytest.mark.parametrize(
        ("action", "kinds"),
        [("down", ["keyDown"]), ("up", ["keyUp"]), ("press", ["keyDown", "keyUp"])],
    )
    def test_it_goes_down_up_or_both(self, action: str, kinds: list[str]) -> None:
        assert self.kinds(action=action, key="a") == kinds

    def test_a_shortcut_types_nothing(self) -> None:
        ((_, down),) = sent(KeyInput(action="down", key="a", modifiers=("Control",)))

        assert (down["type"], down["modifiers"]) == ("rawKeyDown", 2)
        assert "text" not in down

    def test_a_key_that_is_held_repeats(self) -> None:
        ((_, down),) = sent(KeyInput(action="down", key="a", repeat=True))

        assert down["autoRepeat"] is True

    def test_a_text_of_several_code_points_is_inserted_once(self) -> None:
        family = "👩‍👩‍👧"

        assert sent(KeyInput(action="press", key=family)) == [
            ("Input.insertText", {"text": family})
        ]
        assert sent(KeyInput(action="down", key=family)) == [("Input.insertText", {"text": family})]
        assert sent(KeyInput(action="up", key=family)) == []

    def test_a_named_key_that_is_not_known_types_nothing(self) -> None:
        ((_, down),) = sent(KeyInput(action="down", key="BrowserSearch", code="BrowserSearch"))

        assert (down["type"], down["key"]) == ("rawKeyDown", "BrowserSearch")


@pytest.mark.parametrize("event", [TextInput(text="漢字"), PasteInput(text="漢字")])
def test_texts_are_inserted(event: InputDescription) -> None:
    assert sent(event) == [("Input.insertText", {"text": "漢字"})]


class TestTouch:
    @pytest.fixture(autouse=True)
    def _nobody_touches(self) -> None:
        self.fingers: Fingers = {}

    def touch(self, action: Any, *points: TouchPoint, **more: Any) -> dict[str, Any]:
        event = TouchInput(action=action, points=points, **more)
        ((method, params),) = sent(event, VIEW, self.fingers)
        assert method == "Input.dispatchTouchEvent"
        return params

    @pytest.mark.parametrize(("action", "kind"), [("start", "touchStart"), ("move", "touchMove")])
    def test_fingers_are_mapped_each(self, action: str, kind: str) -> None:
        points = (TouchPoint(10, 20), TouchPoint(30, 40, 1))

        params = self.touch(action, *points, frame=FrameSize(640, 360), modifiers=("Shift",))

        assert params["type"] == kind
        assert params["modifiers"] == 8
        assert params["touchPoints"] == [
            {"x": 20, "y": 40, "id": 0},
            {"x": 60, "y": 80, "id": 1},
        ]

    @pytest.mark.parametrize(("action", "kind"), [("end", "touchEnd"), ("cancel", "touchCancel")])
    def test_the_last_finger_ends_the_touch(self, action: str, kind: str) -> None:
        params = self.touch(action)

        assert (params["type"], params["touchPoints"]) == (kind, [])

    @pytest.mark.parametrize("action", ["end", "cancel"])
    def test_of_several_fingers_those_that_do_not_stay_are_lifted(self, action: str) -> None:
        self.touch("start", TouchPoint(1, 2), TouchPoint(3, 4, 1), TouchPoint(5, 6, 2))
        self.touch("move", TouchPoint(7, 8), TouchPoint(3, 4, 1), TouchPoint(5, 6, 2))

        params = self.touch(action, TouchPoint(3, 4, 1))

        assert params["type"] == "touchEnd"
        assert params["touchPoints"] == [{"x": 7, "y": 8, "id": 0}, {"x": 5, "y": 6, "id": 2}]
        assert list(self.fingers) == [1]

    def test_an_end_for_nobody_lifts_nobody(self) -> None:
        self.touch("start", TouchPoint(1, 2))

        assert self.touch("end", TouchPoint(1, 2))["type"] == "touchMove"

    @pytest.mark.parametrize("action", ["start", "move"])
    def test_a_touch_without_fingers_is_none(self, action: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            self.touch(action)

        assert refused.value.details["field"] == "event.points"
