from __future__ import annotations

from cdp_proxy.core.actions.extraction.by_schema import read_by
from cdp_proxy.core.actions.extraction.schema import make_plan
from tests.fakes.readings import reading

TABLE = """<table><tr><th>Name</th><th>Price</th></tr>
<tr><td>Kettle</td><td>24.00</td></tr><tr><td>Mug</td><td>7.00</td></tr></table>"""
CARDS = """<ul class=cards>
<li class=card><h3>Blue Kettle</h3><p class=price>$24.00</p></li>
<li class=card><h3>Red Toaster</h3><p class=price>$39.50</p></li>
<li class=card><h3>Green Mug</h3><p class=price>$7.00</p></li></ul>"""


def products(html: str) -> object:
    item = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
    }
    wanted = {"type": "object", "properties": {"products": {"type": "array", "items": item}}}
    result, _ = read_by(make_plan(wanted), reading(html), None)
    return result


def test_the_rows_of_a_table_are_an_array() -> None:
    assert products(TABLE) == {
        "products": [{"name": "Kettle", "price": 24.0}, {"name": "Mug", "price": 7.0}]
    }


def test_so_are_cards_that_look_alike() -> None:
    assert products(CARDS) == {
        "products": [
            {"name": "Blue Kettle", "price": 24.0},
            {"name": "Red Toaster", "price": 39.5},
            {"name": "Green Mug", "price": 7.0},
        ]
    }


def test_where_nothing_is_repeated_there_is_no_array() -> None:
    assert products("<h1>Emma</h1><p>A novel.</p>") == {}
