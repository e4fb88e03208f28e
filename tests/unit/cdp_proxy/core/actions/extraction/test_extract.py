"""extract: one wish, one page, one answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

import pytest

from cdp_proxy.core.actions.extraction.extract import extract, page_text
from cdp_proxy.core.actions.extraction.wish import Extracted, ExtractWish
from cdp_proxy.core.actions.ports import Dialog, Page
from cdp_proxy.core.commands import CdpCommand
from shared.errors import DialogOpen, InvalidRequest, TargetNotFound

T = TypeVar("T")
P = ParamSpec("P")
URL = "https://shop.example/emma"
NODES = [
    [-1, "html", 2, {}, {}],
    [0, "h1", 2, {}, {}],
    [1, "Emma"],
    [0, "p", 2, {"class": "price"}, {}],
    [3, "9.50 €"],
]


@dataclass
class OneDocument:
    """A page of one frame, whose reading script answers as it is told."""

    matches: Sequence[Any] = ()
    cut: bool = False
    dialog: Dialog | None = None
    session: str = "session"
    frame_sessions: dict[str, str] = field(default_factory=dict)

    async def call(
        self, command: CdpCommand[T], session: str | None = None, timeout_seconds: float = 10.0
    ) -> T:
        assert session in {None, self.session}
        assert timeout_seconds > 0
        asked = next(command)
        try:
            command.send(self._answer(asked["method"]))
        except StopIteration as done:
            return cast("T", done.value)
        raise AssertionError(asked)

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    def _answer(self, method: str) -> dict[str, Any]:
        document = {
            "nodes": NODES,
            "matches": self.matches,
            "cut": self.cut,
            "title": "Emma",
            "url": URL,
            "base": URL,
            "lang": "en",
        }
        answers: dict[str, dict[str, Any]] = {
            "Page.getFrameTree": {"frameTree": {"frame": {"id": "top"}}},
            "Page.createIsolatedWorld": {"executionContextId": 7},
            "Runtime.evaluate": {"result": {"type": "string", "value": json.dumps(document)}},
        }
        return answers[method]


def _extract(page: OneDocument, wish: ExtractWish) -> Extracted:
    return asyncio.run(extract(cast("Page", page), wish))


def test_a_page_is_read_in_the_format_that_is_wished_for() -> None:
    told = _extract(OneDocument(), ExtractWish(format="markdown"))

    assert told == Extracted(result="# Emma\n\n9.50 €", missing=[], url=URL, title="Emma")


def test_a_page_is_read_as_a_schema_says() -> None:
    schema = {"type": "object", "properties": {"price": {"type": "number"}, "isbn": {}}}
    told = _extract(OneDocument(), ExtractWish(schema=schema))

    assert isinstance(told.result, dict)
    assert told.result["price"] == 9.5
    assert [lack["path"] for lack in told.missing] == ["/isbn"]


def test_only_what_is_within_the_selected_element_is_read() -> None:
    told = _extract(OneDocument(matches=[[3]]), ExtractWish(selector=".price", format="text"))

    assert told.result == "9.50 €"


def test_a_page_that_was_not_read_whole_says_so() -> None:
    told = _extract(OneDocument(cut=True), ExtractWish(format="text"))

    assert [(lack["path"], "too large" in lack["reason"]) for lack in told.missing] == [("", True)]


@pytest.mark.parametrize(
    ("page", "wish", "refusal"),
    [
        (OneDocument(), ExtractWish(format="pdf"), InvalidRequest),
        (OneDocument(), ExtractWish(schema={"type": "nonsense"}), InvalidRequest),
        (OneDocument(matches=[None]), ExtractWish(selector="p["), InvalidRequest),
        (OneDocument(matches=[[]]), ExtractWish(selector="h6"), TargetNotFound),
        (OneDocument(dialog=Dialog("alert", "Hello")), ExtractWish(), DialogOpen),
    ],
)
def test_what_cannot_be_read_is_refused(
    page: OneDocument, wish: ExtractWish, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _extract(page, wish)


@pytest.mark.parametrize(("max_chars", "text"), [(14, "# Emma\n\n9.50 €"), (7, "# Emma…")])
def test_a_model_is_shown_no_more_than_it_is_to_see(max_chars: int, text: str) -> None:
    page = cast("Page", OneDocument())

    assert asyncio.run(page_text(page, ExtractWish(), max_chars)).result == text
