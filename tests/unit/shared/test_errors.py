from __future__ import annotations

import re

import pytest

from shared import errors
from shared.errors import WallCrawlerError

TREE = re.findall(r"── (\w+)\s+(\d{3})\s+(\w+)", errors.__doc__ or "")


@pytest.mark.parametrize(("name", "status", "code"), TREE)
def test_each_error_is_what_the_tree_in_the_docstring_says(
    name: str, status: str, code: str
) -> None:
    kind = getattr(errors, name)

    assert issubclass(kind, WallCrawlerError)
    assert (kind.http_status, kind.code) == (int(status), code)


def test_the_tree_in_the_docstring_is_complete() -> None:
    assert {name for name, _, _ in TREE} == {kind.__name__ for kind in _all_kinds()}


def test_what_is_worth_a_retry_says_when() -> None:
    waiting = {kind.__name__ for kind in _all_kinds() if kind.retry_after_seconds}

    assert waiting == {
        "CapacityUnavailable",
        "ContainerLost",
        "NoCapacity",
        "SessionNotReady",
        "Unavailable",
    }


def test_an_error_keeps_its_message_and_details() -> None:
    error = errors.InvalidRequest("timeout is too long", field="timeout")

    assert (str(error), error.message, error.details) == (
        "timeout is too long",
        "timeout is too long",
        {"field": "timeout"},
    )


def test_details_may_have_any_name() -> None:
    """A container's answer is raised as `kind(message, **details)`, whatever it holds."""
    details = {"message": "inner", "self": 1}

    error = errors.InvalidRequest("outer", **details)

    assert (error.message, error.details) == ("outer", details)


def test_a_container_may_answer_any_error_by_its_code() -> None:
    assert all(kind.code == code for code, kind in errors.REMOTE_ERRORS.items())


def _all_kinds(base: type[WallCrawlerError] = WallCrawlerError) -> list[type[WallCrawlerError]]:
    """Those of this module; programs that other tests have imported add their own."""
    direct = [kind for kind in base.__subclasses__() if kind.__module__ == base.__module__]
    return direct + [kind for parent in direct for kind in _all_kinds(parent)]
