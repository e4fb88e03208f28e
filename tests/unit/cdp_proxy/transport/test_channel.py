from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from cdp_proxy.core.close_codes import CloseCode
from shared.actions import ActBody
from shared.envelope.incoming import ScreencastOptions
from shared.envelope.outgoing import (
    ControlState,
    ErrorMessage,
    Hello,
    ScreencastIdle,
    SessionEnded,
)
from shared.errors import InvalidRequest, TargetNotFound
from shared.limits import CHANNEL_QUEUE_MAX, TAB_COMMANDS_MAX
from shared.session_state import EndReason
from shared.tokens import Scope
from tests.fakes.one_channel import OneChannel, TabbedSession


@pytest.fixture
def one() -> OneChannel:
    return OneChannel()


TYPING = {"kind": "text", "text": "x"}


class TestGreeting:
    def test_hello_comes_first_and_says_where_one_is(self, one: OneChannel) -> None:
        (hello,) = one.carrier.sent

        assert isinstance(hello, Hello)
        assert hello.scopes == ("cdp", "input", "view")
        assert [tab.target_id for tab in hello.tabs] == ["T1"]
        assert (hello.active_target_id, hello.control.holder) == ("T1", "agent")

    def test_who_left_meanwhile_is_not_greeted_and_no_viewer(self) -> None:
        session = TabbedSession()
        session.live.pages._root = None
        session.browser.silent.add("Target.attachToBrowserTarget")
        gone = OneChannel(session=session)
        watching = Deferred.fromCoroutine(gone.channel.watch(ScreencastOptions()))

        gone.channel.left()
        session.browser.answer("Target.attachToBrowserTarget")

        assert gone.carrier.sent == []
        assert session.live.pages.watchers == set()
        assert (watching.result, session.live.screencast.viewers) == (None, 0)


class TestReceiving:
    def test_a_ping_is_answered(self, one: OneChannel) -> None:
        assert one.answer("PING") == {"type": "PONG", "id": 7}

    @pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b'{"type":"NO","id":3}'])
    def test_what_is_no_message_is_answered(self, one: OneChannel, text: bytes) -> None:
        one.said()

        one.channel.receive(text)

        (told,) = one.said()
        assert (told["type"], told["error"]["code"]) == ("ERROR", "INVALID_REQUEST")

    def test_a_token_does_what_its_scopes_say(self) -> None:
        one = OneChannel(frozenset({Scope.VIEW}))

        told = one.answer("CONTROL", holder="human")

        assert (told["id"], told["error"]["code"]) == (7, "FORBIDDEN")
        assert not one.session.live.takeover.held
        assert one.answer("PING")["type"] == "PONG"

    def test_a_message_may_come_in_chunks(self, one: OneChannel) -> None:
        text = json.dumps({"type": "PING", "id": "long"})
        one.said()

        one.say("CHUNK", id="c", seq=0, total=2, data=text[:9])
        assert one.said() == []
        one.say("CHUNK", id="c", seq=1, total=2, data=text[9:])

        assert one.said() == [{"type": "PONG", "id": "long"}]

    def test_chunks_that_do_not_fit_are_told(self, one: OneChannel) -> None:
        one.say("CHUNK", id="c", seq=2, total=2, data="x")

        told = one.said()[-1]
        assert (told["id"], told["error"]["code"]) == ("c", "INVALID_REQUEST")

    def test_no_more_tab_commands_are_under_way_than_the_bound(self, one: OneChannel) -> None:
        one.browser.silent.add("Page.reload")
        one.said()

        for number in range(TAB_COMMANDS_MAX + 1):
            one.say("TAB_COMMAND", id=number, action="reload")

        (told,) = one.said()
        assert (told["id"], told["error"]["code"]) == (TAB_COMMANDS_MAX, "INVALID_REQUEST")
        one.browser.answer("Page.reload")
        assert one.said()[-1]["type"] == "TAB_RESULT"

    def test_messages_wait_their_turn_up_to_a_bound(self, one: OneChannel) -> None:
        one.browser.silent.add("Target.attachToBrowserTarget")
        one.say("CDP_COMMAND", id="first", method="Browser.getVersion")
        one.said()
        for number in range(CHANNEL_QUEUE_MAX + 1):
            one.say("PING", id=number)

        (told,) = one.said()
        one.browser.answer("Target.attachToBrowserTarget")

        assert (told["id"], told["error"]["code"]) == (CHANNEL_QUEUE_MAX, "INVALID_REQUEST")
        answered = [it["id"] for it in one.said()]
        assert sorted(map(str, answered)) == sorted(["first", *map(str, range(CHANNEL_QUEUE_MAX))])

    @pytest.mark.logs_a_failure
    def test_an_accident_is_answered_and_the_next_message_is_taken(self, one: OneChannel) -> None:
        one.session.live.takeover.hand_back = None  # type: ignore[method-assign, assignment]

        told = one.answer("CONTROL", holder="agent")

        assert told["error"] == {
            "code": "INTERNAL",
            "message": "Something went wrong in the container.",
        }
        assert one.answer("PING")["type"] == "PONG"


class TestActions:
    def test_the_params_are_rests_body(self, one: OneChannel) -> None:
        told = one.answer("AI_ACTION", action="act", params={"instruction": "click OK"},
                          modelApiKey="sk-1")  # fmt: skip

        (asked,) = one.actions.asked
        assert asked.body == ActBody(instruction="click OK")
        assert asked.model_api_key == "sk-1"
        assert told == {"type": "ACTION_RESULT", "id": 7, "action": "act", "result": {"done": True}}

    def test_wrong_params_are_told_by_name(self, one: OneChannel) -> None:
        told = one.answer("AI_ACTION", action="navigate", params={"url": 3})

        assert told["error"]["details"] == {"field": "params.url"}
        assert one.actions.asked == []

    @pytest.mark.parametrize("params", [[], "click OK", None, 7])
    def test_params_that_are_no_object_are_told(self, one: OneChannel, params: object) -> None:
        told = one.answer("AI_ACTION", action="act", params=params)

        assert told["error"]["message"] == "params must be a JSON object."
        assert told["error"]["details"] == {"field": "params"}

    def test_what_turns_out_wrong_later_is_told_by_the_same_name(self, one: OneChannel) -> None:
        one.actions.outcome = InvalidRequest("There is no such tab.", field="targetId", tabs=2)

        told = one.answer("AI_ACTION", action="observe", params={})

        assert told["error"]["details"] == {"field": "params.targetId", "tabs": 2}

    def test_a_failure_is_told(self, one: OneChannel) -> None:
        one.actions.outcome = TargetNotFound("Nowhere.")

        told = one.answer("AI_ACTION", action="observe", params={})

        assert told["error"]["code"] == "TARGET_NOT_FOUND"


class TestInput:
    def test_it_is_answered_when_the_page_has_taken_it(self, one: OneChannel) -> None:
        one.browser.silent.add("Input.insertText")
        one.say("INPUT_EVENT", id=7, event=TYPING)
        one.said()

        one.browser.answer("Input.insertText")

        assert one.said() == [{"type": "INPUT_RESULT", "id": 7}]

    def test_without_an_id_it_is_not_answered(self, one: OneChannel) -> None:
        one.said()

        one.say("INPUT_EVENT", event=TYPING)

        assert one.said() == []
        assert one.session.sent("Input.insertText")

    def test_a_page_that_does_not_take_it_is_told(self, one: OneChannel) -> None:
        one.browser.errors["Input.insertText"] = "no focus"

        told = one.answer("INPUT_EVENT", event=TYPING)

        assert told["error"]["code"] == "ACTION_FAILED"
        assert "no focus" in told["error"]["message"]

    def test_it_keeps_the_session_from_being_idle(self, one: OneChannel) -> None:
        before = one.session.live._lifecycle.due()
        one.session.clock.advance(60)

        one.say("INPUT_EVENT", event=TYPING)

        assert one.session.live._lifecycle.due() > before


class TestScreencast:
    def test_one_becomes_a_viewer_and_gets_pictures(self, one: OneChannel) -> None:
        told = one.answer("START_SCREENCAST", options={"quality": 30})
        one.session.frame("T1")

        assert (told["type"], told["targetId"]) == ("SCREENCAST_STARTED", "T1")
        assert told["options"]["quality"] == 30
        assert one.channel.streaming
        assert one.carrier.shown == [(1, False)]

    def test_the_next_picture_comes_when_the_carrier_takes_one(self, one: OneChannel) -> None:
        one.say("START_SCREENCAST")
        one.session.frame("T1", "a", 1)
        one.session.frame("T1", "b", 2)

        one.channel.ready_for_frame()

        assert one.carrier.shown == [(1, False), (2, False)]

    def test_one_stops_and_is_told_what_one_got(self, one: OneChannel) -> None:
        one.say("START_SCREENCAST")
        one.session.frame("T1")

        told = one.answer("STOP_SCREENCAST")

        assert (told["type"], told["stats"]["framesSent"]) == ("SCREENCAST_STOPPED", 1)
        assert not one.channel.streaming
        assert one.answer("STOP_SCREENCAST")["stats"] is None

    def test_idleness_and_trouble_are_told(self, one: OneChannel) -> None:
        one.say("START_SCREENCAST", options={"idleThreshold": 1000})
        one.session.frame("T1")
        one.session.clock.advance(1)
        one.session.close_tab("T1")

        kinds = [told["type"] for told in one.said()]
        assert kinds.index("SCREENCAST_IDLE") < kinds.index("SCREENCAST_FAILED")

    def test_without_a_tab_one_is_told_ones_own_wishes(self, one: OneChannel) -> None:
        one.session.close_tab("T1")
        one.said()

        told = one.answer("START_SCREENCAST", options={"maxWidth": 300})

        assert told["options"]["maxWidth"] == 300
        assert told["targetId"] is None

    def test_who_left_while_it_began_is_no_viewer(self, one: OneChannel) -> None:
        one.session.live.pages._root = None
        one.browser.silent.add("Target.attachToBrowserTarget")
        one.say("START_SCREENCAST")

        one.channel.left()
        one.browser.answer("Target.attachToBrowserTarget")

        assert one.session.live.screencast.viewers == 0


class TestControl:
    def test_it_is_taken_and_returned_and_everybody_hears(self, one: OneChannel) -> None:
        other = OneChannel(session=one.session)

        taken = one.answer("CONTROL", holder="human", ttlSeconds=60)
        returned = one.answer("CONTROL", holder="agent")

        assert (taken["id"], taken["control"]["holder"]) == (7, "human")
        assert taken["control"]["expiresAt"] == one.session.clock.seconds() + 60
        assert returned["control"] == {"holder": "agent", "expiresAt": None, "waiting": 0}
        heard = [it.control.holder for it in other.of(ControlState)]
        assert heard == ["human", "agent"]


class TestLeaving:
    def test_nothing_of_it_stays(self, one: OneChannel) -> None:
        live = one.session.live
        one.say("START_SCREENCAST")
        one.say("SUBSCRIBE", events=["Runtime"])
        one.said()

        one.channel.left()
        one.channel.left()

        assert live.channels == set()
        assert (live.clients, live.screencast.viewers) == (0, 0)
        assert (live.pages.watchers, live.takeover.watchers) == (set(), set())
        one.session.open_tab("T2")
        assert one.said() == []

    def test_what_waits_is_not_done(self, one: OneChannel) -> None:
        one.browser.silent.add("Target.attachToBrowserTarget")
        one.say("CDP_COMMAND", method="Browser.getVersion")
        one.say("CONTROL", holder="human")

        one.channel.left()
        one.browser.answer("Target.attachToBrowserTarget")

        assert not one.session.live.takeover.held
        assert one.session.live.clients == 0


class TestTheEnd:
    def test_it_is_the_last_that_is_said(self, one: OneChannel) -> None:
        one.browser.silent.add("Page.enable")
        one.say("CDP_COMMAND", id=3, method="Page.enable")

        one.session.live.end(EndReason.RELEASED)
        one.say("PING")
        one.session.clock.advance(10)

        *_, answer, ended = one.carrier.sent
        assert isinstance(answer, ErrorMessage)
        assert answer.id == 3
        assert isinstance(ended, SessionEnded)
        assert ended.reason == "released"
        assert one.carrier.closed == (CloseCode.NORMAL, EndReason.RELEASED.text)

    def test_viewers_leave_no_timers(self, one: OneChannel) -> None:
        one.say("START_SCREENCAST")
        one.session.frame("T1")
        one.say("CONTROL", holder="human")

        one.session.live.end(EndReason.RELEASED)
        one.channel.left()
        one.say("CONTROL", holder="human")
        one.session.clock.advance(2)

        assert one.session.clock.getDelayedCalls() == []
        assert one.of(ScreencastIdle) == []


def test_each_kind_of_message_is_taken(one: OneChannel) -> None:
    messages: dict[str, dict[str, Any]] = {
        "CDP_COMMAND": {"method": "Page.enable"},
        "SUBSCRIBE": {"events": ["Page"]},
        "UNSUBSCRIBE": {"events": ["Page"]},
        "TAB_COMMAND": {"action": "reload"},
    }

    answers = {kind: one.answer(kind, **fields)["type"] for kind, fields in messages.items()}

    assert answers == {
        "CDP_COMMAND": "CDP_RESPONSE",
        "SUBSCRIBE": "SUBSCRIBED",
        "UNSUBSCRIBE": "UNSUBSCRIBED",
        "TAB_COMMAND": "TAB_RESULT",
    }
