from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.by_schema import read_by
from cdp_proxy.core.actions.extraction.capture import Match
from cdp_proxy.core.actions.extraction.schema import make_plan
from shared.errors import InvalidRequest
from tests.fakes.readings import reading

BOOK = "<h1>Emma</h1><dl><dt>Author</dt><dd>Jane Austen</dd><dt>Pages</dt><dd>474</dd></dl>"


def asked(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


def test_fields_are_found_by_their_labels() -> None:
    plan = make_plan(asked(author={"type": "string"}, pages={"type": "integer"}))

    result, missing = read_by(plan, reading(BOOK), None)

    assert result == {"author": "Jane Austen", "pages": 474}
    assert missing == []


def test_what_is_not_there_is_missing_with_a_reason_and_never_invented() -> None:
    plan = make_plan({**asked(isbn={"type": "string"}), "required": ["isbn"]})

    result, missing = read_by(plan, reading(BOOK), None)

    assert result == {"isbn": None}
    assert [entry["path"] for entry in missing] == ["/isbn"]
    assert missing[0]["reason"]


def test_a_selector_that_the_browser_does_not_understand_is_the_callers_fault() -> None:
    plan = make_plan(asked(title={"type": "string", "x-selector": "h1["}))

    with pytest.raises(InvalidRequest):
        read_by(plan, reading(BOOK, Match(valid=False)), None)
