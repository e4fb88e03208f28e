from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core.actions.models.budget import estimate_tokens, fit

PAGE = "\n".join(f'[{number}] button "Item {number}"' for number in range(1_000))


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 2), ("日本語", 3), ("a日", 2)]
)
def test_tokens_are_estimated_by_characters(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_a_page_that_fits_is_left_as_it_is() -> None:
    assert fit("one\ntwo", 10) == "one\ntwo"


def test_what_does_not_fit_is_cut_by_whole_lines_and_said() -> None:
    page = fit(PAGE, 100)
    *kept, gap = page.split("\n")

    assert kept == PAGE.split("\n")[: len(kept)]
    assert gap == f"[… {1_000 - len(kept)} lines left out]"


def test_lines_that_share_a_word_with_the_request_are_kept_first() -> None:
    page = fit(f'{PAGE}\n[1000] link "Imprint"\n[1001] text "end"', 100, "open the IMPRINT")

    assert '[1000] link "Imprint"' in page
    assert page.index("Item 0") < page.index("Imprint")
    assert page.endswith("[… 1 lines left out]")


def test_a_very_long_line_is_shortened() -> None:
    page = fit("x" * 100_000 + "\nlast", 1_000)

    assert page.endswith("…\nlast")


@given(st.text(alphabet="ab \n日", max_size=400), st.integers(10, 100))
def test_the_budget_is_kept_but_for_the_gaps(text: str, tokens: int) -> None:
    kept = [line for line in fit(text, tokens).split("\n") if not line.startswith("[… ")]

    assert sum(map(estimate_tokens, kept)) <= tokens
