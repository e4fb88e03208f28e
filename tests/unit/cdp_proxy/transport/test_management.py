"""botocore's own client, with its answers stubbed: what each failure means for who posts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from cdp_proxy.transport.management import Gone, Later, Management, Refused, make_client
from tests.fakes.connections import make_head

HEAD = make_head("c", endpoint="http://127.0.0.1:9/ws")


@pytest.fixture
def management() -> Management:
    return Management()


@pytest.fixture
def stub(management: Management) -> Iterator[Stubber]:
    with Stubber(management._client(HEAD.endpoint)) as stub:
        yield stub


def test_a_message_is_posted_to_its_connection(management: Management, stub: Stubber) -> None:
    stub.add_response("post_to_connection", {}, {"ConnectionId": "c", "Data": b"text"})

    management.post(HEAD, b"text")

    stub.assert_no_pending_responses()


def test_a_connection_is_closed(management: Management, stub: Stubber) -> None:
    stub.add_response("delete_connection", {}, {"ConnectionId": "c"})

    management.close(HEAD)

    stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("GoneException", 410, Gone),
        ("410", 410, Gone),
        ("LimitExceededException", 429, Later),
        ("TooManyRequestsException", 429, Later),
        ("InternalServerErrorException", 500, Later),
        ("503", 503, Later),
        ("ForbiddenException", 403, Refused),
        ("PayloadTooLargeException", 413, Refused),
    ],
)
def test_a_failure_is_of_the_kind_that_says_what_to_do(
    management: Management, stub: Stubber, code: str, status: int, kind: type[Exception]
) -> None:
    stub.add_client_error("post_to_connection", code, http_status_code=status)
    stub.add_client_error("delete_connection", code, http_status_code=status)

    with pytest.raises(kind):
        management.post(HEAD, b"x")
    with pytest.raises(kind):
        management.close(HEAD)


def test_an_api_that_is_not_reached_may_be_later(management: Management) -> None:
    with pytest.raises(Later):
        management.post(HEAD, b"x")


def test_each_api_has_one_client(management: Management) -> None:
    first = management._client(HEAD.endpoint)

    assert management._client(HEAD.endpoint) is first
    assert management._client("http://127.0.0.1:9/other") is not first


def test_credentials_are_never_sent_in_clear() -> None:
    local = make_client("http://127.0.0.1:9/ws")
    real = make_client("https://abc.execute-api.eu-central-1.amazonaws.com/production")

    assert local.meta.config.signature_version != "v4"
    assert real.meta.config.signature_version == "v4"
    assert real.meta.region_name == "eu-central-1"


def test_nothing_is_tried_again_behind_the_back_of_who_keeps_the_order() -> None:
    assert make_client(HEAD.endpoint).meta.config.retries["total_max_attempts"] == 1


@pytest.mark.parametrize("endpoint", ["https://ws.example.com", "https://[nonsense", "nonsense"])
def test_an_endpoint_that_cannot_be_posted_to_is_refused(
    management: Management, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(Refused):
        management.post(make_head("c", endpoint=endpoint), b"x")
    with pytest.raises(Refused):
        management.close(make_head("c", endpoint=endpoint))
