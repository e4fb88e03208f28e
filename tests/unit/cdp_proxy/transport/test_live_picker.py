from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cdp_proxy.core.actions.ports import CommandFailed
from cdp_proxy.core.focus import PATIENCE_SECONDS
from cdp_proxy.transport.live_picker import TAP_SECONDS
from shared.envelope.incoming import (
    ChooseInput,
    CopyInput,
    KeyInput,
    MouseInput,
    TextInput,
    TouchInput,
)
from shared.envelope.outgoing import PickerState
from shared.errors import InvalidRequest, TargetDetached
from tests.fakes.attached_tab import Asked
from tests.fakes.focused_page import FocusedPage
from tests.fakes.one_channel import OneChannel, TabbedSession

LIST = {
    "kind": "select",
    "label": "Colour",
    "options": [{"index": 0, "label": "Red", "selected": True}, {"index": 1, "label": "Blue"}],
}
PRESS = MouseInput(action="down", x=1, y=1)


class People:
    """Those who watch a session with one tab, and what its page says of its focus."""

    def __init__(self) -> None:
        self.session = TabbedSession()
        self.session.open_tab("T1", url="https://a.example")
        self.page = FocusedPage(self.session.browser)
        self.one = OneChannel(session=self.session)
        self.one.said()

    def does(self, event: Any, target_id: str | None = None) -> Asked:
        async def taken() -> str | None:
            return await (await self.session.live.input.dispatch(event, target_id))

        return Asked(taken())

    def opens(self, described: Any = None) -> None:
        self.page.said = {":open')) return null": described or LIST, "function() { return": True}
        self.does(PRESS)

    def told(self) -> list[str | None]:
        """The kinds of the pickers that were told since the last look."""
        return [it.get("kind") for it in self.one.said() if it["type"] == "PICKER"]

    def scripts(self) -> list[Any]:
        """The arguments of what was called on the node since it was described."""
        return [arguments for _, arguments in self.page.asked[1:]]

    def keys(self) -> list[str]:
        return [it["params"]["key"] for it in self.session.sent("Input.dispatchKeyEvent")]


@pytest.fixture
def people() -> People:
    return People()


class TestLooking:
    def test_a_list_that_opens_is_told_with_what_it_offers(self, people: People) -> None:
        people.opens()

        (told,) = people.one.of(PickerState)
        assert (told.target_id, told.kind, told.label) == ("T1", "select", "Colour")
        assert [(it.label, it.selected) for it in told.options] == [("Red", True), ("Blue", False)]

    def test_it_is_told_once(self, people: People) -> None:
        people.opens()
        people.does(MouseInput(action="up", x=1, y=1))

        assert people.told() == ["select"]

    def test_its_end_is_told(self, people: People) -> None:
        people.opens()
        people.page.said.clear()
        people.does(PRESS)

        assert people.told() == ["select", None]

    def test_who_comes_late_is_told(self, people: People) -> None:
        people.opens()

        late = OneChannel(session=people.session)

        assert [told.kind for told in late.of(PickerState)] == ["select"]

    def test_who_has_left_is_not(self, people: People) -> None:
        people.one.channel.left()
        people.opens()

        assert people.session.live.input.picker.watchers == set()

    def test_typing_does_not_make_it_look(self, people: People) -> None:
        people.does(TextInput(text="abc"))
        people.does(KeyInput(action="press", key="a"))

        assert people.session.sent("Runtime.evaluate") == []

    def test_after_a_finger_it_looks_twice_as_a_page_may_wait_for_a_second_tap(
        self, people: People
    ) -> None:
        people.does(TouchInput(action="end"))
        assert len(people.session.sent("Runtime.evaluate")) == 1
        people.page.said = {":open')) return null": LIST}

        people.session.clock.advance(TAP_SECONDS)

        assert people.told() == ["select"]

    def test_a_tab_that_has_closed_since_is_not_looked_at(self, people: People) -> None:
        people.does(TouchInput(action="end"))
        people.session.close_tab("T1")

        people.session.clock.advance(TAP_SECONDS)

        assert len(people.session.sent("Runtime.evaluate")) == 1

    def test_looks_do_not_pile_up(self, people: People) -> None:
        people.session.browser.silent.add("Runtime.evaluate")
        for _ in range(5):
            people.does(PRESS)
        assert len(people.session.sent("Runtime.evaluate")) == 1

        people.session.browser.silent.clear()
        people.page.said = {":open')) return null": LIST}
        people.session.browser.answer("Runtime.evaluate")

        assert len(people.session.sent("Runtime.evaluate")) == 2
        assert people.told() == ["select"]

    def test_a_page_that_does_not_answer_has_none_and_holds_nothing_up(
        self, people: People
    ) -> None:
        people.opens()
        people.session.browser.silent.add("Runtime.callFunctionOn")

        assert people.does(PRESS).values == [None]
        people.session.clock.advance(PATIENCE_SECONDS)

        assert people.told() == ["select", None]

    def test_it_is_gone_with_its_page(self, people: People) -> None:
        people.opens()
        people.session.open_tab("T1", url="https://b.example", title="b")

        assert people.told() == ["select", None]

    def test_a_new_title_of_its_page_does_not_close_it(self, people: People) -> None:
        people.opens()
        people.session.open_tab("T1", url="https://a.example", title="b")

        assert people.told() == ["select"]

    def test_it_is_gone_with_its_tab(self, people: People) -> None:
        people.opens()
        people.session.close_tab("T1")

        assert people.told() == ["select", None]


class TestChoosing:
    def test_a_choice_closes_the_popup_and_is_made(self, people: People) -> None:
        people.opens()

        assert people.does(ChooseInput(index=1)).values == [None]

        assert people.keys() == ["Escape", "Escape"]
        assert people.scripts() == [[], [[1]]]
        assert people.told() == ["select", None]
        assert people.session.sent("Runtime.releaseObject")

    def test_it_is_told_as_closed_only_when_it_is(self, people: People) -> None:
        people.opens()
        people.session.browser.silent.add("Input.dispatchKeyEvent")
        people.does(ChooseInput())
        before = people.told()

        people.session.browser.answer("Input.dispatchKeyEvent")

        assert (before, people.told()) == (["select"], [None])

    def test_a_look_from_before_does_not_open_it_again(self, people: People) -> None:
        people.opens()
        people.session.browser.silent.add("Runtime.evaluate")
        people.does(MouseInput(action="up", x=1, y=1))
        people.does(ChooseInput())

        people.session.browser.answer("Runtime.evaluate")

        assert people.told() == ["select", None]
        assert people.session.live.input.picker.shown is None

    def test_no_choice_only_closes_it(self, people: People) -> None:
        people.opens()
        people.does(ChooseInput())

        assert people.keys() == ["Escape", "Escape"]
        assert people.scripts() == [[]]

    def test_a_value_is_given_to_an_input(self, people: People) -> None:
        people.opens({"kind": "date", "label": "", "value": "", "min": "", "max": "", "step": ""})
        people.does(ChooseInput(value="2026-02-01"))

        assert people.scripts() == [[], ["2026-02-01"]]

    def test_without_a_popup_nothing_can_be_chosen(self, people: People) -> None:
        (error,) = people.does(ChooseInput(index=0)).errors

        assert isinstance(error, InvalidRequest)
        assert people.keys() == []

    def test_one_that_is_open_in_another_tab_is_not_meant(self, people: People) -> None:
        people.opens()
        people.session.open_tab("T2")

        (error,) = people.does(ChooseInput(index=0), "T2").errors

        assert isinstance(error, InvalidRequest)

    def test_what_is_not_offered_is_refused_and_it_stays_open(self, people: People) -> None:
        people.opens()

        (error,) = people.does(ChooseInput(index=7)).errors

        assert isinstance(error, InvalidRequest)
        assert people.told() == ["select"]

    def test_one_that_has_closed_meanwhile_is_told(self, people: People) -> None:
        people.opens()
        people.page.said["function() { return"] = False

        (error,) = people.does(ChooseInput(index=1)).errors

        assert isinstance(error, TargetDetached)
        assert people.keys() == []
        assert people.told() == ["select", None]

    def test_a_dialog_that_opens_at_it_means_that_it_was_made(self, people: People) -> None:
        people.opens()
        people.session.browser.silent.add("Runtime.callFunctionOn")
        choosing = people.does(ChooseInput(index=1))

        people.session.dialog("T1")

        assert choosing.values == [None]


class TestFiles:
    WANTED: ClassVar = {"kind": "file", "label": "", "accept": "image/*", "multiple": False}

    def opens(self, people: People, node: int | None = 7) -> None:
        """A page wants files at a press, from the frame `F` of its own process."""
        people.page.said = {"kind: 'file'": self.WANTED}
        people.session.live.uploaded["a.png"] = "/uploads/a.png"
        people.does(PRESS)
        params: dict[str, Any] = {"frameId": "F", "mode": "selectSingle"}
        if node is not None:
            params["backendNodeId"] = node
        event = {"method": "Page.fileChooserOpened", "params": params}
        people.session.browser.emit(event, people.session.flat["T1"][0])

    def given(self, people: People) -> list[Any]:
        return [it["params"] for it in people.session.sent("DOM.setFileInputFiles")]

    def test_what_a_page_wants_is_told(self, people: People) -> None:
        self.opens(people)

        (told,) = people.one.of(PickerState)
        assert (told.kind, told.accept, told.multiple) == ("file", "image/*", False)

    def test_it_is_given_uploads_even_while_a_person_has_control(self, people: People) -> None:
        self.opens(people)
        people.session.live.takeover.take()

        assert people.does(ChooseInput(files=("a.png",))).values == [None]

        assert self.given(people) == [{"files": ["/uploads/a.png"], "objectId": "chosen"}]
        assert people.told() == ["file", None]
        assert people.session.sent("Runtime.releaseObject")

    def test_what_was_not_uploaded_is_refused_and_it_stays_open(self, people: People) -> None:
        self.opens(people)

        (error,) = people.does(ChooseInput(files=("b.png",))).errors

        assert isinstance(error, InvalidRequest)
        assert error.details["field"] == "event.files"
        assert people.told() == ["file"]

    def test_without_a_choice_the_page_hears_that(self, people: People) -> None:
        self.opens(people)

        people.does(ChooseInput())

        assert people.scripts()[-1] == []  # which tells it that it was cancelled
        assert self.given(people) == []
        assert people.told() == ["file", None]

    def test_a_press_elsewhere_does_not_close_it(self, people: People) -> None:
        self.opens(people)
        people.page.said.clear()

        people.does(PRESS)

        assert people.told() == ["file"]

    def test_a_list_that_opens_takes_its_place(self, people: People) -> None:
        self.opens(people)

        people.opens()

        assert people.told() == ["file", "select"]

    def test_a_chooser_of_no_input_cannot_be_served(self, people: People) -> None:
        self.opens(people, node=None)

        assert people.told() == []

    def test_a_page_that_has_gone_meanwhile_wants_nothing(self, people: People) -> None:
        people.session.browser.errors["DOM.resolveNode"] = "gone"

        self.opens(people)

        assert people.told() == []


class TestCopying:
    def test_what_is_selected_is_the_answer(self, people: People) -> None:
        people.page.said = {"getSelection": "the text"}

        told = people.one.answer("INPUT_EVENT", event={"kind": "copy"})

        assert told == {"type": "INPUT_RESULT", "id": 7, "text": "the text"}

    def test_it_is_read_before_the_next_key(self, people: People) -> None:
        people.page.said = {"getSelection": "the text"}
        people.session.browser.silent.add("Runtime.callFunctionOn")
        people.one.say("INPUT_EVENT", id=1, event={"kind": "copy"})
        cut = {"kind": "key", "action": "press", "key": "x", "modifiers": ["Control"]}
        people.one.say("INPUT_EVENT", id=2, event=cut)
        assert people.keys() == []

        people.session.browser.answer("Runtime.callFunctionOn")

        assert people.keys() == ["x", "x"]

    def test_where_nothing_can_be_selected_there_is_no_text(self, people: People) -> None:
        nothing = {"result": {"type": "object", "subtype": "null"}}
        people.session.browser.results["Runtime.evaluate"] = nothing

        assert people.does(CopyInput()).values == [""]

    def test_a_page_that_does_not_answer_fails_it(self, people: People) -> None:
        people.session.browser.errors["Runtime.callFunctionOn"] = "gone"

        (error,) = people.does(CopyInput()).errors

        assert isinstance(error, CommandFailed)
