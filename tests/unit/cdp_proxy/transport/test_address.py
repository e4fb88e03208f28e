from __future__ import annotations

import socket

import pytest

from cdp_proxy.transport.address import host_port, is_private, private_host


def test_what_ecs_or_the_operator_says_goes_first() -> None:
    assert private_host("0.0.0.0", "10.0.1.7") == "10.0.1.7"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.1.7", "::1", "localhost"])
def test_the_address_it_listens_on_is_its_own(host: str) -> None:
    assert private_host(host, None) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_everywhere_is_no_address_but_the_machines_name_has_one(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostbyname", lambda _name: "172.17.0.2")

    assert private_host(host, None) == "172.17.0.2"


def test_a_machine_without_a_name_is_reached_from_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> str:
        raise OSError("unknown")

    monkeypatch.setattr(socket, "gethostbyname", fail)

    assert private_host("0.0.0.0", None) == "127.0.0.1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.1.7", "::1", "fd00::1", "::ffff:10.0.1.7", " 192.168.1.1 "]
)
def test_neighbours_have_private_addresses(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860::1", "::ffff:8.8.8.8", "unknown", ""])
def test_strangers_have_others_or_none(host: str) -> None:
    assert not is_private(host)


def test_an_ipv6_address_has_brackets() -> None:
    assert host_port("::1", 9223) == "[::1]:9223"
    assert host_port("10.0.1.7", 9223) == "10.0.1.7:9223"
