from __future__ import annotations

import pytest

from cdp_proxy.core.actions.roles import role_of
from tests.fakes.captured import Tag, nodes


@pytest.mark.parametrize(
    ("tag", "attributes", "role"),
    [
        ("a", {"href": "/"}, "link"),
        ("a", {}, "generic"),
        ("input", {}, "textbox"),
        ("input", {"type": "CHECKBOX"}, "checkbox"),
        ("input", {"type": "number"}, "spinbutton"),
        ("input", {"list": "l"}, "combobox"),
        ("select", {}, "combobox"),
        ("select", {"multiple": ""}, "listbox"),
        ("select", {"size": "4"}, "listbox"),
        ("img", {"alt": ""}, "none"),
        ("section", {"aria-label": "News"}, "region"),
        ("div", {"role": "unknown tab"}, "tab"),
        ("header", {}, "banner"),
    ],
)
def test_an_element_has_the_role_that_html_gives_it(
    tag: str, attributes: dict[str, str], role: str
) -> None:
    assert role_of(nodes(Tag(tag, attributes))[1]) == role
