"""Listening, reserving, advertising."""

from __future__ import annotations

import socket

import pytest

from standalone.addresses import advertised_host, authority, listen, reserve
from standalone.errors import ExitCode, StartFailed


def test_a_taken_port_is_one_sentence() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(StartFailed) as caught:
        listen("127.0.0.1", taken.getsockname()[1])

    assert caught.value.exit_code == ExitCode.ADDRESS
    assert "already in use" in str(caught.value)


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(StartFailed, match=r"Cannot listen on 192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_an_unknown_host_is_one_sentence() -> None:
    with pytest.raises(StartFailed, match="Cannot listen on no-such-host"):
        listen("no-such-host.invalid", 0)


def test_a_reserved_port_can_be_listened_on_by_another() -> None:
    with reserve("127.0.0.1", 0) as reserved:
        port = reserved.getsockname()[1]
        with listen("127.0.0.1", port), socket.create_connection(("127.0.0.1", port)):
            pass


def test_a_port_that_somebody_listens_on_cannot_be_reserved() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(StartFailed):
        reserve("127.0.0.1", taken.getsockname()[1])


def test_who_connects_early_waits() -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()) as early,
    ):
        early.sendall(b"early")
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(5) == b"early"


def test_a_host_is_advertised_as_it_is() -> None:
    assert advertised_host("localhost") == "localhost"


def test_everywhere_is_advertised_as_an_address_of_this_machine() -> None:
    host = advertised_host("0.0.0.0")

    assert host != "0.0.0.0"
    listen(host, 0).close()


def test_ipv6_gets_its_brackets() -> None:
    assert authority("::1", 80) == "[::1]:80"
    assert authority("host", 80) == "host:80"
