from __future__ import annotations

import msgspec
import pytest

from chalice_app.rest.queries import parse_filter, parse_idempotency, parse_session_id
from chalice_app.services.sessions import SessionFilter
from shared.errors import InvalidRequest, SessionNotFound
from shared.records import CreateSession
from shared.session_state import SessionStatus


def body_of(text: str) -> CreateSession:
    return msgspec.json.decode(text, type=CreateSession)


def test_an_id_that_was_given_out_is_accepted() -> None:
    text = "0f8fad5b-d9cb-469f-a165-70867728950e"

    assert parse_session_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "{0f8fad5b-d9cb-469f-a165-70867728950e}",
        "0f8fad5bd9cb469fa16570867728950e",
        "0f8fad5b-d9cb-469f-a165-70867728950e\n",
    ],
)
def test_any_other_id_is_simply_not_found(text: str) -> None:
    with pytest.raises(SessionNotFound):
        parse_session_id(text)


def test_no_parameters_match_everything() -> None:
    assert parse_filter({}) == SessionFilter()


def test_status_and_metadata_are_read() -> None:
    wanted = parse_filter({"status": ["timed_out"], "metadata.team": ["qa"], "metadata.a.b": [""]})

    assert wanted == SessionFilter(SessionStatus.TIMED_OUT, {"team": "qa", "a.b": ""})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": ["1"]}, "limit"),
        ({"metadata": ["qa"]}, "metadata"),
        ({"Status": ["active"]}, "Status"),
        ({"status": ["active", "ended"]}, "status"),
        ({"metadata.team": ["a", "b"]}, "metadata.team"),
    ],
)
def test_an_unknown_or_repeated_parameter_is_named(query: dict[str, list[str]], field: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_filter(query)

    assert raised.value.details == {"field": field}
    assert field in raised.value.message


@pytest.mark.parametrize("word", ["", "ACTIVE", "running"])
def test_an_unknown_status_is_told_the_words(word: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_filter({"status": [word]})

    assert raised.value.details == {"field": "status"}
    assert raised.value.message == (
        "status must be one of initializing, active, ended, timed_out, failed."
    )


def test_without_a_key_nothing_is_remembered() -> None:
    assert parse_idempotency(None, CreateSession()) is None


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(key: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_idempotency(key, CreateSession())

    assert raised.value.details == {"field": "Idempotency-Key"}


def test_keys_of_the_longest_length_differ_by_their_last_character() -> None:
    one, other = (parse_idempotency("x" * 254 + end, CreateSession()) for end in "ab")

    assert one is not None
    assert other is not None
    assert one.key_digest != other.key_digest
    assert one.body_digest == other.body_digest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("{}", '{"timeout": 3600}', True),
        ('{"userMetadata": {"a": 1, "b": 2}}', '{"userMetadata": {"b": 2, "a": 1}}', True),
        ("{}", '{"timeout": 3601}', False),
        ('{"userMetadata": {"a": 1}}', '{"userMetadata": {"a": "1"}}', False),
    ],
)
def test_bodies_are_compared_by_what_they_mean(one: str, other: str, same: bool) -> None:
    digests = {
        found.body_digest
        for text in (one, other)
        if (found := parse_idempotency("key", body_of(text)))
    }

    assert (len(digests) == 1) is same
