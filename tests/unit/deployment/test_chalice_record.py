from __future__ import annotations

from pathlib import Path

import pytest

from deployment.chalice_record import Record

FUNCTION = {
    "name": "reap",
    "resource_type": "lambda_function",
    "lambda_arn": "arn:aws:lambda:eu-central-1:123456789012:function:wallcrawler-production-reap",
}
RULE = {"name": "reap-event", "resource_type": "cloudwatch_event", "rule_name": "rule"}


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / ".chalice", "production")


def test_nothing_is_known_of_what_was_never_deployed(record: Record) -> None:
    assert (record.resources(), record.place()) == ([], None)


def test_half_a_file_is_none(record: Record) -> None:
    record.add([FUNCTION])
    record.path.write_text(record.path.read_text()[:40])

    assert record.resources() == []


def test_what_was_made_is_known_from_then_on(record: Record) -> None:
    record.add([RULE])
    record.add([FUNCTION])

    assert record.resources() == [RULE, FUNCTION]


def test_what_was_made_anew_takes_the_place_of_what_was_known_of_it(record: Record) -> None:
    record.add([{**RULE, "rule_name": "of before", "more": "stays"}, FUNCTION])

    record.add([RULE])

    assert record.resources() == [{**RULE, "more": "stays"}, FUNCTION]


def test_a_record_that_is_right_is_left_alone(record: Record) -> None:
    record.add([])

    assert not record.path.exists()


def test_a_function_tells_account_and_region(record: Record) -> None:
    record.add([RULE, FUNCTION])

    assert record.place() == ("123456789012", "eu-central-1")
