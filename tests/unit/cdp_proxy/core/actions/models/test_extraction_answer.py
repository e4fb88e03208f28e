from __future__ import annotations

from cdp_proxy.core.actions.models.extraction_answer import read_extraction


def test_the_result_comes_with_the_models_reasons() -> None:
    answer = {
        "result": {"price": None, "name": "Hat"},
        "missing": [{"path": "/price", "reason": "Sold out, no price."}],
    }

    extraction = read_extraction(answer)

    assert extraction.result == {"price": None, "name": "Hat"}
    assert extraction.missing == ({"path": "/price", "reason": "Sold out, no price."},)


def test_every_null_has_a_reason_even_if_the_model_gave_none() -> None:
    answer = {"result": {"items": [{"a": 1}, {"a": None}], "b/~": None}, "missing": []}

    missing = read_extraction(answer).missing

    assert [one["path"] for one in missing] == ["/items/1/a", "/b~1~0"]
    assert {one["reason"] for one in missing} == {"The model found nothing on the page."}


def test_what_is_reported_is_bounded() -> None:
    answer = {
        "result": [None] * 5_000,
        "missing": [{"path": "p" * 5_000, "reason": "r" * 5_000}] * 5_000,
    }

    missing = read_extraction(answer).missing

    assert len(missing) <= 2_000
    assert max(len(one["path"]) + len(one["reason"]) for one in missing) <= 1_000
