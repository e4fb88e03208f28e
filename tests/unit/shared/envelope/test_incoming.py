"""Each kind of message, from its JSON to its record."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from shared.envelope import decode, encode
from shared.envelope.incoming import (
    TYPES,
    AiAction,
    CdpCommand,
    ChunkMessage,
    ClientMessage,
    Control,
    FrameSize,
    InputEvent,
    KeyInput,
    MouseInput,
    PasteInput,
    Ping,
    ScreencastOptions,
    StartScreencast,
    StopScreencast,
    Subscribe,
    TabCommand,
    TextInput,
    TouchInput,
    TouchPoint,
    Unsubscribe,
)

TARGET = "A" * 32
COORDINATES = st.floats(-100_000, 100_000)
MODIFIERS = st.lists(st.sampled_from(["Alt", "Control", "Meta", "Shift"])).map(tuple)
FRAMES = st.none() | st.builds(
    FrameSize, width=st.integers(1, 10_000), height=st.integers(1, 10_000)
)
INPUTS = st.one_of(
    st.builds(
        MouseInput,
        action=st.sampled_from(["move", "down", "up", "wheel"]),
        x=COORDINATES,
        y=COORDINATES,
        frame=FRAMES,
        buttons=st.integers(0, 31),
        modifiers=MODIFIERS,
    ),
    st.builds(
        KeyInput,
        action=st.sampled_from(["down", "up", "press"]),
        key=st.text(min_size=1, max_size=64),
        code=st.text(max_size=64),
        modifiers=MODIFIERS,
    ),
    st.builds(TextInput, text=st.text(), modifiers=st.just(())),
    st.builds(PasteInput, text=st.text(), modifiers=st.just(())),
    st.builds(
        TouchInput,
        action=st.sampled_from(["start", "move", "end", "cancel"]),
        points=st.lists(
            st.builds(TouchPoint, x=COORDINATES, y=COORDINATES, id=st.integers(0, 99)), max_size=10
        ).map(tuple),
        frame=FRAMES,
        modifiers=MODIFIERS,
    ),
)


def message(**fields: object) -> ClientMessage:
    return decode(json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("fields", "record"),
    [
        ({"type": "PING", "id": 1}, Ping(id=1)),
        (
            {"type": "CDP_COMMAND", "id": 1, "method": "Page.navigate", "targetId": TARGET},
            CdpCommand(id=1, method="Page.navigate", target_id=TARGET),
        ),
        (
            {"type": "CDP_COMMAND", "method": "Browser.getVersion", "targetId": "browser"},
            CdpCommand(method="Browser.getVersion", target_id="browser"),
        ),
        (
            {"type": "CDP_COMMAND", "method": "Page.enable", "cdpSessionId": "F" * 32},
            CdpCommand(method="Page.enable", cdp_session_id="F" * 32),
        ),
        ({"type": "AI_ACTION", "action": "observe"}, AiAction(action="observe")),
        (
            {"type": "START_SCREENCAST", "id": "s", "options": {"maxWidth": 640, "quality": 50}},
            StartScreencast(id="s", options=ScreencastOptions(max_width=640, quality=50)),
        ),
        ({"type": "STOP_SCREENCAST"}, StopScreencast()),
        (
            {"type": "SUBSCRIBE", "events": ["Runtime.consoleAPICalled", "Network"]},
            Subscribe(events=("Runtime.consoleAPICalled", "Network")),
        ),
        ({"type": "UNSUBSCRIBE", "events": ["Network"]}, Unsubscribe(events=("Network",))),
        (
            {"type": "TAB_COMMAND", "action": "open", "url": "https://a.test/"},
            TabCommand(action="open", url="https://a.test/"),
        ),
        (
            {"type": "CONTROL", "holder": "human", "ttlSeconds": 60},
            Control(holder="human", ttl_seconds=60),
        ),
        (
            {"type": "CHUNK", "id": "a", "seq": 1, "total": 2, "data": "x"},
            ChunkMessage(id="a", seq=1, total=2, data="x"),
        ),
    ],
)
def test_a_message_becomes_its_record(fields: dict[str, object], record: ClientMessage) -> None:
    assert message(**fields) == record


def test_every_type_is_of_a_record_and_is_listed() -> None:
    tags = {kind.__struct_config__.tag for kind in get_args(ClientMessage)}

    assert tags == set(TYPES)


def test_params_stay_the_clients_own_text() -> None:
    command = decode(b'{"type": "CDP_COMMAND", "method": "Page.navigate", "params": {"url" : 1.0}}')

    assert isinstance(command, CdpCommand)
    assert bytes(command.params) == b'{"url" : 1.0}'


@given(params=st.dictionaries(st.text(), st.integers() | st.text()), message_id=st.integers(0, 9))
def test_commands_survive_the_way_there(params: dict[str, object], message_id: int) -> None:
    sent = CdpCommand(id=message_id, method="Runtime.evaluate", params=Raw(encode(params)))

    received = decode(encode(sent))

    assert isinstance(received, CdpCommand)
    assert json.loads(bytes(received.params)) == params


@given(INPUTS)
def test_input_survives_the_way_there(
    event: MouseInput | KeyInput | TextInput | PasteInput | TouchInput,
) -> None:
    sent = InputEvent(id="i", event=event, target_id=TARGET)

    assert decode(encode(sent)) == sent


def test_what_a_message_holds_is_not_shown_where_it_is_printed() -> None:
    typed = InputEvent(id=3, event=TextInput(text="hunter2"))

    assert repr(typed) == "InputEvent(3)"
