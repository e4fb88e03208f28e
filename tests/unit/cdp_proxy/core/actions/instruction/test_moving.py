from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.steps import Kind, Method, Target

IMPRINT = Target(text="Imprint", quoted=True)


@pytest.mark.parametrize(
    ("said", "direction"),
    [
        ("scroll down", "down"),
        ("scroll the page up", "up"),
        ("scroll down a bit", "down"),
        ("scroll all the way down", "bottom"),
        ("scroll to the top of the page", "top"),
        ("scroll to the right", "right"),
    ],
)
def test_the_page_is_scrolled_in_a_direction(said: str, direction: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (Method.SCROLL, None, (direction,))


@pytest.mark.parametrize(
    ("said", "kind", "direction"),
    [
        ("scroll the list to the bottom", Kind.LIST, "bottom"),
        ("scroll up in the sidebar", Kind.SECTION, "up"),
        ("In the dialog, scroll down", Kind.DIALOG, "down"),
    ],
)
def test_a_part_of_the_page_is_scrolled(said: str, kind: Kind, direction: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.arguments) == (Method.SCROLL, (direction,))
    assert step.target is not None
    assert step.target.kind is kind


@pytest.mark.parametrize(
    "said",
    [
        'scroll to "Imprint"',
        'scroll down to "Imprint"',
        'scroll until "Imprint" is visible',
        'scroll until you see "Imprint"',
        'scroll "Imprint" into view',
        'find "Imprint"',
        'bring "Imprint" into view',
    ],
)
def test_a_thing_is_brought_into_view(said: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (Method.SCROLL_TO, IMPRINT, ())


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ('wait for "Imprint"', Method.WAIT_FOR),
        ('wait for "Imprint" to appear', Method.WAIT_FOR),
        ('wait until "Imprint" is shown', Method.WAIT_FOR),
        ('wait until "Imprint" has disappeared', Method.WAIT_GONE),
        ('wait for "Imprint" to go away', Method.WAIT_GONE),
        ('wait till "Imprint" is no longer visible', Method.WAIT_GONE),
    ],
)
def test_a_thing_is_waited_for_to_come_or_go(said: str, method: Method) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (method, IMPRINT)


def test_a_page_that_loads_is_waited_for_anyway() -> None:
    (step,) = parse("wait until the page loads and click OK")

    assert step.method is Method.CLICK
