from __future__ import annotations

import socket
import ssl
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.certificate import write_certificate
from cdp_proxy.transport.models.exchange import Busy, Rejected, Reply
from cdp_proxy.transport.models.http_call import HttpCall, JsonPost
from shared.errors import ModelFailed
from tests.fakes.model_server import Behaviour, answer, hang, serving, trickle

KEY = "sk-secret-0123456789"


def read(body: dict[str, Any]) -> Reply:
    return Reply(text=body["text"], value=None, message=body)


def call_to(url: str, guarded: bool = False) -> HttpCall:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    return HttpCall(JsonPost(url=url, headers=headers, body={"q": "é"}, guarded=guarded), read)


def failure(*script: Behaviour, seconds: float = 5) -> Busy | Rejected:
    with serving(*script) as server, pytest.raises((Busy, Rejected)) as error:
        call_to(server.url).run(seconds)
    assert KEY not in repr(error.value)
    return error.value


def test_a_question_is_one_post_of_json() -> None:
    with serving(answer({"text": "hello"})) as server:
        reply = call_to(f"{server.url}/v1/chat?a=b").run(5)

    (received,) = server.received
    assert reply.text == "hello"
    assert received.path == "/v1/chat?a=b"
    assert received.body == {"q": "é"}
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["host"] == server.url.removeprefix("http://")


def test_a_chunked_answer_is_put_together() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'7\r\n{"text"\r\n7\r\n: "hi"}\r\n0\r\n\r\n'
    )
    with serving(chunked) as server:
        assert call_to(server.url).run(5).text == "hi"


def test_half_of_a_pair_becomes_the_replacement_character() -> None:
    body = rb'{"text": "cut \ud83d"}'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with serving(head + body) as server:
        assert call_to(server.url).run(5).text == "cut \ufffd"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_busy(status: int) -> None:
    error = failure(answer("{}", f"{status} Never Mind", {"Retry-After": "7"}))

    assert isinstance(error, Busy)
    assert (error.status, error.retry_after_seconds) == (status, 7)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 301, 307])
def test_what_will_not_pass_is_rejected_and_nothing_is_followed(status: int) -> None:
    error = failure(answer("{}", f"{status} No", {"Location": "http://127.0.0.1:1/"}))

    assert isinstance(error, Rejected)
    assert error.status == status


def test_an_account_without_money_is_not_tried_again() -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}

    assert isinstance(failure(answer(body, "429 Too Many Requests")), Rejected)


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"error": {"message": "m", "type": "t", "param": "p", "code": "c"}}, "c", "p m "),
        (
            {"type": "error", "error": {"type": "invalid_request_error", "message": "m"}},
            "invalid_request_error",
            " m ",
        ),
        ({"error": "model not found"}, "", "model not found"),
        ({"object": "error", "message": "m", "type": "BadRequestError", "code": 400}, "", " m "),
        ({"detail": "Not Found"}, "", "  Not Found"),
        ({"error": {"code": "has spaces, perhaps a key"}}, "", "  "),
        ("<html>no</html>", "", "<html>no</html>"),
        ("[1]", "", "[1]"),
    ],
)
def test_errors_of_all_shapes_are_understood(body: object, code: str, text: str) -> None:
    error = failure(answer(body, "400 Bad Request"))

    assert isinstance(error, Rejected)
    assert (error.code, error.text) == (code, text)


@pytest.mark.parametrize("body", ["<html></html>", "[]", '{"other": 1}', '{"text'])
def test_a_success_of_another_protocol_is_rejected(body: str) -> None:
    error = failure(answer(body))

    assert isinstance(error, Rejected)
    assert error.code == "not_the_protocol"


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        answer({"text": "hello"})[:-4],
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"te',
        b"no HTTP at all\r\n\r\n",
    ],
)
def test_an_answer_that_ends_early_is_busy(half: bytes) -> None:
    error = failure(half)

    assert isinstance(error, Busy)
    assert error.status is None


def test_an_answer_without_end_is_not_read_to_it() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65_536)

    assert isinstance(failure(flood), Busy)


def test_nobody_there_is_busy() -> None:
    with pytest.raises(Busy):
        call_to("http://127.0.0.1:1/").run(5)


def test_a_name_that_does_not_exist_is_busy() -> None:
    with pytest.raises(Busy):
        call_to("http://no-such-host.invalid/").run(5)


def test_silence_is_busy_after_the_timeout() -> None:
    assert isinstance(failure(hang, seconds=0.1), Busy)


@pytest.mark.parametrize("behaviour", [hang, trickle])
def test_an_abort_ends_it_from_another_thread(behaviour: Behaviour) -> None:
    with serving(behaviour) as server:
        call = call_to(server.url)
        ended = threading.Event()

        def run() -> None:
            with pytest.raises(Busy):
                call.run(60)
            ended.set()

        thread = threading.Thread(target=run)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.received and time.monotonic() < deadline:
            ended.wait(0.01)
        call.abort()
        thread.join(60)

    assert ended.is_set()


def test_after_an_abort_nothing_is_sent() -> None:
    with serving(answer({"text": "hello"})) as server:
        call = call_to(server.url)
        call.abort()

        with pytest.raises(Busy):
            call.run(5)

    assert server.received == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("certificate"))


def test_a_certificate_that_nobody_trusts_is_rejected(certificate: Path) -> None:
    with serving(answer({}), certificate=certificate) as server, pytest.raises(Rejected) as error:
        call_to(server.url).run(5)

    assert error.value.code == "certificate"
    assert server.received == []


def test_a_trusted_service_is_asked_over_tls(certificate: Path) -> None:
    trusting = partial(ssl.create_default_context, cafile=str(certificate))
    with serving(answer({"text": "hello"}), certificate=certificate) as server:
        post = JsonPost(url=server.url, headers={}, body={}, guarded=False)

        assert HttpCall(post, read, trusting).run(5).text == "hello"

    assert server.received[0].headers["host"] == server.url.removeprefix("https://")


def test_a_caller_cannot_reach_metadata() -> None:
    with pytest.raises(ModelFailed) as error:
        call_to("http://169.254.169.254/latest/", guarded=True).run(5)

    assert error.value.details["reason"] == "notAllowed"


def test_the_key_is_in_no_representation() -> None:
    post = JsonPost(url="https://a.example", headers={"x-api-key": KEY}, body={}, guarded=False)

    assert KEY not in repr(post)
