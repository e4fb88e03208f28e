from __future__ import annotations

from typing import Any

import pytest

from cdp_proxy.core.actions.guide import Guide
from cdp_proxy.core.actions.observe import method_for, observe
from cdp_proxy.core.actions.ports import ModelAnswer, Prompt
from cdp_proxy.core.actions.steps import Method
from shared.errors import AmbiguousTarget, TargetNotFound
from tests.fakes.pages import page
from tests.fakes.tab import ScriptedTab, run, working

HTML = (
    "<body><label for=m>Mail</label><input id=m><button id=go>Send</button><button>Old</button>"
    "<button id=off disabled>Never</button><button id=a>Save</button>"
    "<button id=b>Save</button></body>"
)


class FakeModel:
    def __init__(self, ref: int) -> None:
        self.ref = ref
        self.asked: list[Prompt] = []

    async def ask(self, prompt: Prompt, timeout_seconds: float) -> ModelAnswer:
        self.asked.append(prompt)
        click = {"method": "click", "ref": self.ref, "arguments": [], "destination": None,
                 "description": "x"}  # fmt: skip
        answer = {"actions": [click], "more": False, "reason": "because"}
        return ModelAnswer(value=answer, usage=[])


def seen(
    tab: ScriptedTab, instruction: str | None = None, **more: Any
) -> list[tuple[str, str | None]]:
    found = run(observe(working(tab), instruction, more.get("guide")))
    return [(it.method, it.selector) for it in found]


def test_without_an_instruction_it_is_every_control_that_can_be_used() -> None:
    assert seen(ScriptedTab(HTML)) == [
        ("fill", "#m"),
        ("click", "#go"),
        ("click", "button"),
        ("click", "#a"),
        ("click", "#b"),
    ]


def test_nothing_is_done() -> None:
    tab = ScriptedTab(HTML)

    seen(tab, 'click "Send"')

    assert tab.sent == []


def test_an_instruction_is_what_it_would_do() -> None:
    (found,) = run(observe(working(ScriptedTab(HTML)), 'type "x" into Mail'))

    assert (found.selector, list(found.arguments)) == ("#m", ["x"])
    assert "Mail" in (found.description or "")


@pytest.mark.parametrize("kind", [AmbiguousTarget, TargetNotFound])
def test_what_means_nothing_or_several_things_is_an_error(kind: type[Exception]) -> None:
    said = {AmbiguousTarget: 'click "Save"', TargetNotFound: 'click "Nowhere at all"'}[kind]

    with pytest.raises(kind):
        seen(ScriptedTab(HTML), said)


def test_a_model_is_asked_where_the_rules_are_not_sure() -> None:
    tab = ScriptedTab(HTML)
    model = FakeModel(tab.element("b").ref)

    assert seen(tab, 'click "Save"', guide=Guide(model, always=False)) == [("click", "#b")]


def test_and_not_where_they_are() -> None:
    model = FakeModel(0)

    assert seen(ScriptedTab(HTML), 'click "Send"', guide=Guide(model, always=False)) == [
        ("click", "#go")
    ]
    assert model.asked == []


def test_unless_it_is_to_be_asked_always() -> None:
    tab = ScriptedTab(HTML)
    model = FakeModel(tab.element("a").ref)

    assert seen(tab, 'click "Send"', guide=Guide(model, always=True)) == [("click", "#a")]


@pytest.mark.parametrize(
    ("line", "method"),
    [
        ('button "Go"', Method.CLICK),
        ('link "Home"', Method.CLICK),
        ('textbox "Mail" +editable', Method.FILL),
        ('textbox "Day" type=date +editable', Method.SET),
        ('slider "Volume"', Method.SET),
        ('combobox "Color"', Method.SELECT),
        ('listbox "Color"', Method.SELECT),
        ('checkbox "Terms"', Method.CHECK),
        ('checkbox "Terms" +checked', Method.UNCHECK),
        ('radio "Red" +checked', Method.CHECK),
        ('file "Photo"', Method.UPLOAD),
    ],
)
def test_each_kind_of_control_has_what_one_mostly_does_to_it(line: str, method: Method) -> None:
    assert method_for(page(line).elements[0]) is method


def test_a_custom_element_around_the_control_it_is_named_after_is_not_listed_twice() -> None:
    html = (
        "<body><fancy-button id=host tabindex=0><button id=inner>Send</button></fancy-button>"
        "<fancy-box id=alone tabindex=0>Open</fancy-box></body>"
    )

    assert seen(ScriptedTab(html)) == [("click", "#inner"), ("click", "#alone")]
