"""`INPUT_EVENT`: what people do arrives in the page exactly, in the order they did it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.channels import ChannelClient, ChannelError, channel_url
from tests.integration.conftest import NewSession
from tests.integration.site import Site
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

ASCII = "".join(map(chr, range(0x20, 0x7F)))
EVERYTHING = ASCII + "漢字かな한국어 äßñ €" + "😀👩‍👩‍👧🇳🇴"


def opened(stack: Stack, token: str, site: Site) -> ChannelClient:
    client = ChannelClient(channel_url(stack, token))
    client.ask("TAB_COMMAND", action="navigate", url=site.url("/actions/input.html"))
    wait_until(lambda: client.evaluate("!!window.log"), "the page")
    return client


@pytest.fixture
def client(stack: Stack, new_session: NewSession, site: Site) -> Iterator[ChannelClient]:
    with opened(stack, new_session().token, site) as client:
        yield client


@pytest.fixture(params=["headless-shell", "chromium"])
def either(
    request: pytest.FixtureRequest, new_session: NewSession, stack: Stack, site: Site
) -> Iterator[ChannelClient]:
    """A client of a session in either browser."""
    if request.param == "headless-shell":
        with opened(stack, new_session().token, site) as client:
            yield client
        return
    full: Stack = request.getfixturevalue("full_stack")
    remote = full.api.create()
    with opened(full, remote.token, site) as client:
        yield client
    full.api.delete(remote.id)


def value(client: ChannelClient) -> str:
    return str(client.evaluate("text.value"))


def log(client: ChannelClient, *kinds: str) -> list[str]:
    """What the page has noticed of these kinds."""
    noticed: list[str] = client.evaluate("log")
    return [entry for entry in noticed if entry.split()[0] in kinds]


def press(client: ChannelClient, x: float, y: float, **more: object) -> None:
    for action in ("down", "up"):
        client.input("mouse", action=action, x=x, y=y, **more)


# Keys and texts


def test_everything_typed_without_a_pause_arrives_exactly(either: ChannelClient) -> None:
    press(either, 100, 100)
    numbers = []
    for character in EVERYTHING:
        typed = character.isascii()
        event = {"kind": "key", "action": "press", "key": character}
        if not typed:
            event = {"kind": "text", "text": character}
        numbers.append(either.start("INPUT_EVENT", event=event))
    for number in numbers:
        either.answer_to(number)

    assert value(either) == EVERYTHING


def test_keys_without_answers_arrive_in_order_too(client: ChannelClient) -> None:
    press(client, 100, 100)
    for character in ASCII:
        for action in ("down", "up"):
            event = {"kind": "key", "action": action, "key": character}
            client.send(type="INPUT_EVENT", event=event)
    client.input("key", action="press", key="Enter", code="Enter")

    assert value(client) == ASCII + "\n"


def test_keys_of_other_layouts_type_what_they_say(client: ChannelClient) -> None:
    press(client, 100, 100)
    for key, code in (("é", "Digit2"), ("漢", ""), ("😀", ""), ("👩‍👩‍👧", ""), ("z", "KeyY")):
        client.input("key", action="press", key=key, code=code)

    assert value(client) == "é漢😀👩‍👩‍👧z"


def test_a_paste_comes_in_one_piece(either: ChannelClient) -> None:
    long = "Zeile 1\nZeile 2 äöü 漢字 😀\n" * 500
    press(either, 100, 100)

    either.input("paste", text=long)

    assert value(either) == long


def test_keys_tell_the_page_what_they_are(client: ChannelClient) -> None:
    press(client, 100, 100)
    client.input("key", action="down", key="Shift", code="ShiftLeft", modifiers=["Shift"])
    client.input("key", action="press", key="A", code="KeyA", modifiers=["Shift"])
    client.input("key", action="up", key="Shift", code="ShiftLeft")
    client.input("key", action="down", key="x", code="KeyX")
    client.input("key", action="down", key="x", code="KeyX", repeat=True)
    client.input("key", action="up", key="x", code="KeyX")

    assert value(client) == "Axx"
    assert log(client, "keydown") == [
        "keydown Shift ShiftLeft 16 false shift",
        "keydown A KeyA 65 false shift",
        "keydown x KeyX 88 false",
        "keydown x KeyX 88 true",
    ]


def test_keys_tell_which_of_those_that_are_alike_they_are(client: ChannelClient) -> None:
    press(client, 100, 100)
    client.evaluate(
        "window.places = []; addEventListener('keydown', (event) =>"
        " places.push([event.code, event.location, event.keyCode]))"
    )
    for key, code in (("Shift", "ShiftRight"), ("1", "Numpad1"), ("1", "Digit1")):
        client.input("key", action="press", key=key, code=code)

    assert client.evaluate("places") == [
        ["ShiftRight", 2, 16],
        ["Numpad1", 3, 97],
        ["Digit1", 0, 49],
    ]
    assert value(client) == "11"


def test_editing_keys_and_shortcuts_edit(either: ChannelClient) -> None:
    press(either, 100, 100)
    either.input("text", text="one two three")
    for key, modifiers in (
        ("Backspace", []),
        ("Home", []),
        ("Delete", []),
        ("End", ["Shift"]),
        ("c", ["Control"]),
        ("ArrowRight", []),
        ("v", ["Control"]),
    ):
        either.input("key", action="press", key=key, modifiers=modifiers)
    edited = value(either)
    either.input("key", action="press", key="a", modifiers=["Control"])
    either.input("key", action="press", key="X", modifiers=["Shift"])

    assert edited == "ne two thre" * 2
    assert value(either) == "X"


# The pointer


def test_a_click_lands_where_the_picture_shows_its_place(either: ChannelClient) -> None:
    width, height = either.evaluate("[innerWidth, innerHeight]")
    either.ask("START_SCREENCAST", options={"maxWidth": 640})
    header = either.wait_frame(lambda frame: frame.header.width == 640).header
    frame = {"width": header.width, "height": header.height}
    x, y = 804.5 * header.width / width, 504.5 * header.height / height

    press(either, x, y, frame=frame)

    (click,) = log(either, "click")
    assert click.startswith("click small 804,504 0 1")


def test_a_click_lands_on_a_page_that_is_shown_smaller_to_fit_a_phone(
    either: ChannelClient,
) -> None:
    phone = {"width": 400, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    either.ask("START_SCREENCAST")
    either.cdp("Emulation.setDeviceMetricsOverride", params=phone)
    scale = either.evaluate("visualViewport.scale")
    assert scale < 0.5
    either.wait_frame(lambda frame: frame.header.width == 400)

    def hit() -> bool:
        """The newest picture may still be one from before the page was made smaller."""
        press(either, 804 * scale, 504 * scale, frame={"width": 400, "height": 800})
        return any(click.startswith("click small 80") for click in log(either, "click"))

    wait_until(hit, "a click where the picture shows the square")


def test_buttons_counts_and_modifiers_are_the_persons(client: ChannelClient) -> None:
    press(client, 700, 200, clickCount=1, modifiers=["Control"])
    press(client, 700, 200, clickCount=2)
    press(client, 700, 200, button="right")
    press(client, 700, 200, button="middle", modifiers=["Alt", "Shift"])

    assert log(client, "click", "dblclick", "contextmenu", "auxclick") == [
        "click pad 700,200 0 1 ctrl",
        "click pad 700,200 0 2",
        "dblclick pad 700,200 0 2",
        "contextmenu pad 700,200 2 0",
        "auxclick pad 700,200 2 1",
        "auxclick pad 700,200 1 1 alt+shift",
    ]


def test_a_wheel_scrolls(either: ChannelClient) -> None:
    either.input("mouse", action="wheel", x=700, y=200, deltaY=500)

    wait_until(lambda: either.evaluate("scrollY") == 500, "the page scrolls")


def test_a_drag_selects_text(client: ChannelClient) -> None:
    client.input("mouse", action="down", x=20, y=268)
    for x in range(40, 121, 20):
        client.input("mouse", action="move", x=x, y=268, buttons=1)
    client.input("mouse", action="up", x=120, y=268)

    assert str(client.evaluate("getSelection().toString()")).startswith("alpha beta")
    assert log(client, "mousemove")[-1] == "mousemove 120,268 1"


def test_fingers_touch(client: ChannelClient) -> None:
    client.cdp("Emulation.setTouchEmulationEnabled", params={"enabled": True})
    one, two = {"x": 700, "y": 200}, {"x": 720, "y": 220, "id": 1}
    client.input("touch", action="start", points=[one])
    client.input("touch", action="start", points=[one, two])
    client.input("touch", action="move", points=[one, {**two, "x": 730}])
    client.input("touch", action="end", points=[one])
    client.input("touch", action="end")

    assert log(client, "touchstart", "touchmove", "touchend") == [
        "touchstart 0:700,200",
        "touchstart 0:700,200 1:720,220",
        "touchmove 0:700,200 1:730,220",
        "touchend 0:700,200",
        "touchend",
    ]


# What stands in the way


def test_a_place_in_a_picture_that_nobody_was_shown_is_refused(client: ChannelClient) -> None:
    event = {"action": "move", "x": 1, "y": 1, "frame": {"width": 640, "height": 360}}
    with pytest.raises(ChannelError) as refused:
        client.input("mouse", **event)

    assert (refused.value.code, refused.value.details) == (
        "INVALID_REQUEST",
        {"field": "event.frame"},
    )


def test_a_dialog_blocks_input_until_it_is_answered(client: ChannelClient) -> None:
    client.start("CDP_COMMAND", method="Runtime.evaluate", params={"expression": "alert('Hi')"})
    client.wait("DIALOG", lambda dialog: dialog.get("kind") == "alert")

    with pytest.raises(ChannelError) as refused:
        client.input("mouse", action="move", x=1, y=1)
    assert refused.value.code == "DIALOG_OPEN"

    client.ask("TAB_COMMAND", action="acceptDialog")
    client.input("mouse", action="move", x=1, y=1)


def test_input_for_a_tab_that_is_not_there_is_refused(client: ChannelClient) -> None:
    with pytest.raises(ChannelError) as refused:
        client.ask("INPUT_EVENT", targetId="0" * 32, event={"kind": "text", "text": "x"})

    assert refused.value.code == "INVALID_REQUEST"
