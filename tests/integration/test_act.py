"""`POST /sessions/{id}/act` on pages as real ones are made: what it says is what happens.

Each instruction is a line of the table; the page's whole log is compared, so that nothing else may
have happened either.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.integration.acting import Actor

CASES: Sequence[tuple[str, str, list[str]]] = [
    # A form whose every node is replaced with each input and each tick of a clock.
    (
        "rerender",
        (
            'type "Ada Lovelace" into Full name, type ada@example.com into the Email field'
            ' and click "Create account"'
        ),
        ["created Ada Lovelace <ada@example.com> Free"],
    ),
    (
        "rerender",
        (
            'Enter "Ada" as the full name; select Team from Plan; enter "a@b.example" in Email;'
            " press Enter"
        ),
        ["created Ada <a@b.example> Team"],
    ),
    # Shadow roots within shadow roots.
    ("shadow", 'click the "Follow" button next to "Grace Hopper"', ["Follow Grace Hopper"]),
    ("shadow", "click the first Block button", ["Block Ada Lovelace"]),
    ("shadow", 'type "Hello you" into Message and click Send', ["sent Hello you"]),
    # Card fields in an iframe of another site, in another process.
    (
        "checkout",
        (
            'fill "Name on receipt" with "Ada L", type 4242424242424242 into "Card number",'
            ' type 1230 into Expiry date, type "737" into "Security code",'
            ' check "Remember this card" and click "Pay $49.00"'
        ),
        ["paid by Ada L with 4242 4242 4242 4242|12 / 30|737|true"],
    ),
    # A list of which only the rows in view exist.
    ("virtual", 'click "Contact 4"', ["opened Contact 4"]),
    (
        "virtual",
        'scroll until "Contact 120" is visible and then click "Contact 120"',
        ["opened Contact 120"],
    ),
    # Under a header that stays, beside a footer that stays.
    ("sticky", "click Archive project", ["archived"]),
    ("sticky", 'click "Export data"', ["exported"]),
    ("sticky", 'click "Edit profile" and click Save', ["edited", "saved"]),
    # Behind a banner.
    ("cookies", 'click "Reject all"', ["rejected"]),
    (
        "cookies",
        'click the "Accept all" button, then type "me@example.com" into Email and click Subscribe',
        ["accepted", "subscribed me@example.com"],
    ),
    # Lists, native and made by hand.
    ("selects", 'select "Blue" from Color', ["color Blue"]),
    ("selects", "choose Green in the Color dropdown", ["color Green"]),
    ("selects", 'select "Olives" and "Rocket" from Toppings', ["toppings Olives+Rocket"]),
    ("selects", 'select "Large" from Size', ["size Large"]),
    ("selects", 'select "Norway" from Country', ["country Norway"]),
    ("selects", 'click Size and click "Extra large"', ["size Extra large"]),
    # Dates, native and made by hand.
    (
        "dates",
        'set Arrival to 2026-03-01, set the check-in time to 14:30 and click "Search"',
        ["searched 2026-03-01 14:30 "],
    ),
    ("dates", "choose 2026-05-14 as the Departure date", ["departure 05/14/2026"]),
    ("dates", "set Departure to 12/24/2025", ["departure 12/24/2025"]),
    # A dialog in front of everything else.
    ("modal", 'click "Remove member" and then click "Remove"', ["Remove"]),
    ("modal", 'click "Remove member", then click Cancel in the dialog', ["Cancel"]),
    ("modal", 'click "Remove member" and close the dialog', ["Close"]),
    # Drag and drop, HTML5's and by pointer events.
    ("drag", 'drag "Write tests" to "Done"', ["moved Write tests to Done"]),
    ("drag", 'drag "Choose a name" onto the "To do" column', ["moved Choose a name to To do"]),
    ("drag", "drag the Teapot onto the Shelf", ["dropped on the shelf"]),
    # Text that is no field.
    (
        "editor",
        (
            'type "ada@example.com" into To, type "Hi" into Subject, type "See you at noon" into'
            ' "Message body" and click Send'
        ),
        ["sent to ada@example.com: Hi: See you at noon"],
    ),
    # More when the end is near.
    ("infinite", 'click "Like story 3"', ["liked 3"]),
    ("infinite", 'scroll until "Story 70" is visible; click "Like story 70"', ["liked 70"]),
    ("infinite", 'scroll until "Imprint" is visible and click "Imprint"', ["imprint"]),
    # What appears under the pointer.
    ("menu", 'hover over File, hover over "Export", click "PDF"', ["pdf"]),
    ("menu", "hover Help and click About", ["about"]),
    # Tabs and folds.
    ("tabs", 'click the "Billing" tab and click "Save"', ["tab Billing", "billing saved"]),
    (
        "tabs",
        'open the Security tab and check "Two-factor login"',
        ["tab Security", "two factor true"],
    ),
    (
        "tabs",
        'expand "Can I return it?" and click the link "Return form"',
        ["opened Can I return it?", "return form"],
    ),
    ("tabs", 'expand Legal, then click "Terms of use"', ["legal opened", "terms"]),
    # What comes a little later, and goes.
    (
        "toasts",
        'type "Ada" into Nickname, click Save, wait for "Saved Ada", click Undo',
        ["toast", "undone"],
    ),
    ("toasts", 'click Sync and wait until "Synchronising…" is gone', ["synced"]),
    ("toasts", 'click Sync and wait for "Up to date"', ["synced"]),
    # Rows with the same buttons.
    ("table", 'click the "Edit" button next to "Alice Adams"', ["Edit Alice Adams"]),
    ("table", 'click "Delete" in the row with "Carol Clark"', ["Delete Carol Clark"]),
    ("table", 'click the second "Delete"', ["Delete Bob Brown"]),
    ("table", "click the last Edit button", ["Edit Dan Davis"]),
    ("table", 'check the checkbox in the row of "Bob Brown"', ["selected Bob Brown"]),
    ("table", 'type "viewer" into the search field and press Enter', ["searched viewer"]),
    # Every kind of field.
    ("fields", 'type "Ada" into First name and press Tab', ["first=Ada"]),
    ("fields", "fill Last name with New and press Tab", ["last=New"]),
    ("fields", 'type "x@y.example" in the e-mail address field, press Tab', ["mail=x@y.example"]),
    ("fields", 'enter "0815" into Phone number and press Tab', ["phone=0815"]),
    ("fields", "set Guests to 4 and press Tab", ["guests=4"]),
    ("fields", "clear Comment and press Tab", ["comment="]),
    ("fields", 'choose "By courier"', ["delivery=courier"]),
    ("fields", 'select the "Pick-up" radio button', ["delivery=pickup"]),
    ("fields", "check Weekly digest and uncheck Offers", ["weekly=true", "offers=false"]),
    ("fields", 'check "Offers"', []),
    ("fields", "turn on Dark mode", ["dark true"]),
    ("fields", 'select "Prof" from Title', ["title=Prof"]),
    ("fields", 'double-click "Double-click this line"', ["doubled"]),
    ("fields", 'right-click "Right-click this line"', ["context menu"]),
    # Pages that are replaced, whole or in part.
    ("spa", 'click "Reports" and click "Download"', ["downloaded"]),
    ("spa", 'click People, type "ada" into Filter and press Enter', ["filter ada"]),
    ("spa", 'click "Slow page" and then click "Continue"', ["continued"]),
    # What has to be made possible first.
    (
        "order",
        'set Quantity to 2, check "I agree to the terms" and click "Place order"',
        ["ordered 2"],
    ),
]

VALUES: Sequence[tuple[str, str, object]] = [
    ("set Volume to 80", "form.volume.value", "80"),
    ("move the Volume slider to 7", "form.volume.value", "7"),
    ("set Accent to #ff8800", "form.accent.value", "#ff8800"),
    ("set Birthday to 1990-12-24", "form.birthday.value", "1990-12-24"),
    ("set Birthday to 12/24/1990", "form.birthday.value", "1990-12-24"),
    ("set Alarm to 6:15 PM", "form.alarm.value", "18:15"),
    ("set Meeting to 2026-03-01T09:30", "form.meeting.value", "2026-03-01T09:30"),
    ("set Card month to 2027-11", "form.month.value", "2027-11"),
    ('type "123" into Comment', "form.comment.value", "123"),
    ("type \"it's 5 o'clock\" into First name", "form.first.value", "it's 5 o'clock"),
    ('type "äöü 漢字 🙂" into First name', "form.first.value", "äöü 漢字 🙂"),
    ('type "line one\\nline two" into "Website"', "form.site.value", "line one\\nline two"),
    ("focus Phone number", "document.activeElement.name", "phone"),
    ("click into the last name field", "document.activeElement.name", "last"),
    ('type "a" into First name and "b" into Last name', "form.first.value + form.last.value", "ab"),
    ('type "x" into First name and click Reset form', "form.first.value", ""),
    (
        "scroll to the bottom",
        "Math.ceil(scrollY + innerHeight) >= document.body.scrollHeight",
        True,
    ),
]


def _name(case: Sequence[object]) -> str:
    return f"{case[0]}: {case[1]}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_what_is_said_is_what_happens(actor: Actor, case: tuple[str, str, list[str]]) -> None:
    page, instruction, expected = case
    actor.open(page)

    answer = actor.act(instruction)

    assert actor.log() == expected, answer


@pytest.mark.parametrize("case", VALUES, ids=_name)
def test_a_field_holds_what_it_was_given(actor: Actor, case: tuple[str, str, object]) -> None:
    instruction, expression, expected = case
    actor.open("fields")

    answer = actor.act(instruction)

    assert actor.value(expression) == expected, answer


def test_the_answer_says_what_was_performed_and_where_it_led(actor: Actor) -> None:
    actor.open("spa")

    answer = actor.act('click "Slow page" and click "Continue"')

    slow, carry_on = answer["performed"]
    assert (slow["method"], carry_on["method"]) == ("click", "click")
    assert "Slow page" in slow["description"]
    assert "Continue" in carry_on["description"]
    assert answer["url"] == actor.site.url("/slow?ms=700")
    assert answer["title"] == "slow"
    assert answer["newTargets"] == []
    assert answer["durationMs"] > 700
    assert answer["log"]


def test_a_new_tab_is_told_of(actor: Actor) -> None:
    actor.open("spa")

    answer = actor.act('click "Open in a new tab"')

    (opened,) = answer["newTargets"]
    assert opened["url"] == actor.site.url("/popup")
    actor.page.client.call("Target.closeTarget", {"targetId": opened["targetId"]})


def test_a_variables_value_reaches_the_page_and_nothing_else(actor: Actor) -> None:
    actor.open("fields")

    answer = actor.send(
        "act", instruction="type %secret% into Password", variables={"secret": "hunter2 %x%"}
    )

    assert answer.status == 200, answer.text
    assert actor.value("form.password.value") == "hunter2 %x%"
    assert b"hunter2" not in answer.text
    assert "%secret%" in answer.data["performed"][0]["arguments"]


def test_a_file_of_the_session_goes_into_an_input_hidden_behind_a_button(actor: Actor) -> None:
    actor.upload("cv.pdf", b"%PDF-1.7")
    actor.open("upload")

    actor.act('upload cv.pdf into "Attach CV"')

    assert actor.log() == ["cv: cv.pdf (8)"]


def test_a_step_screenshot_comes_with_each_step(actor: Actor) -> None:
    actor.open("table")

    answer = actor.act('click "Add user" and click "Export"', screenshot="each")

    assert actor.log() == ["added", "export"]
    assert len(answer["screenshots"]) == 2
