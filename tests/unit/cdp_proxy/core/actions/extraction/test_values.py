from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.schema import make_plan
from cdp_proxy.core.actions.extraction.values import NoValue, attribute, coerce, is_address, texts
from tests.fakes.readings import first


def want(**schema: object):  # type: ignore[no-untyped-def]
    return make_plan({"type": "object", "properties": {"it": schema}}).root.properties["it"]


@pytest.mark.parametrize(
    ("schema", "held", "value"),
    [
        ({"type": "string"}, "  Emma  ", "Emma"),
        ({"type": "integer"}, "1,234", 1234),
        ({"type": "number"}, "$24.50", 24.5),
        ({"type": "boolean"}, "yes", True),
        ({"type": "string", "format": "date"}, "2026-03-02", "2026-03-02"),
        ({"enum": ["In stock", "Sold out"]}, "in stock", "In stock"),
        ({"type": ["integer", "null"]}, "7", 7),
    ],
)
def test_a_text_becomes_what_is_wanted(schema: dict[str, object], held: str, value: object) -> None:
    assert coerce(held, want(**schema), "en") == value


@pytest.mark.parametrize(
    ("schema", "held"),
    [
        ({"type": "integer"}, "twelve or so"),
        ({"type": "boolean"}, "perhaps"),
        ({"type": "string", "format": "date"}, "soon"),
        ({"enum": ["red", "blue"]}, "heavy"),
    ],
)
def test_what_is_not_of_the_type_is_refused_with_a_reason(
    schema: dict[str, object], held: str
) -> None:
    with pytest.raises(NoValue) as refused:
        coerce(held, want(**schema), "en")

    assert str(refused.value)


def test_an_attribute_that_is_not_there_is_none() -> None:
    link = first('<a href="/emma" title="Emma">Buy</a>', "a")

    assert attribute(link, "title") == "Emma"
    assert attribute(link, "data-id") is None
    assert attribute(link, "text") == "Buy"


def test_only_addresses_are_asked_for_as_addresses() -> None:
    assert is_address(want(type="string", format="uri"))
    assert not is_address(want(type="string"))


def test_what_a_place_says_is_its_text() -> None:
    assert list(texts("Emma")) == ["Emma"]
    assert "9.50" in list(texts(first("<p>9.50</p>", "p")))
