from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from shared import randomness

MAKERS = [
    randomness.new_session_id,
    randomness.new_task_id,
    randomness.new_request_id,
    randomness.new_token_id,
    randomness.new_object_id,
]


@pytest.mark.parametrize("make", MAKERS)
def test_two_identifiers_are_never_the_same(make: Callable[[], str]) -> None:
    assert make() != make()


@pytest.mark.parametrize("make", MAKERS[1:])
def test_tasks_requests_and_tokens_are_named_by_32_hex_digits(make: Callable[[], str]) -> None:
    assert len(bytes.fromhex(make())) == 16


def test_a_session_is_named_by_a_random_uuid() -> None:
    made = randomness.new_session_id()

    assert uuid.UUID(made).version == 4
    assert str(uuid.UUID(made)) == made
