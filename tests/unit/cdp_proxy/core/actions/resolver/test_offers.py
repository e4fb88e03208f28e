from __future__ import annotations

import pytest

from cdp_proxy.core.actions.resolver.offers import offered
from cdp_proxy.core.actions.resolver.view import View
from tests.fakes.pages import page

ORDER = """
group "Shipping"
  "Shipping"
  radio "Standard (free)" #standard
  radio "Express ($9.90)" #express
group "Size"
  "Size"
  radio "Small" #small
button "Express lane" #lane
"""


def offers(text: str) -> list[str]:
    snapshot = page(ORDER)
    return [
        snapshot.elements[ref].attributes.get("id", "") for ref in offered(text, View(snapshot))
    ]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("Express shipping", ["express"]), ("small size", ["small"]), ("standard", ["standard"])],
)
def test_a_choice_is_called_by_its_name_and_its_groups(text: str, chosen: list[str]) -> None:
    assert offers(text) == chosen


@pytest.mark.parametrize("text", ["Express size", "Overnight shipping", "lane", ""])
def test_a_name_of_which_part_is_nowhere_chooses_nothing(text: str) -> None:
    assert offers(text) == []
