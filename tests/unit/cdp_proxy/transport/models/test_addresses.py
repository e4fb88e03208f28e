from __future__ import annotations

import socket

import pytest

from cdp_proxy.transport.models.addresses import connect, is_forbidden
from shared.errors import ModelFailed


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "ff02::1",
    ],
)
def test_metadata_link_local_and_no_hosts_are_forbidden(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "8.8.8.8", "2606:4700::1111"]
)
def test_others_are_not(address: str) -> None:
    assert not is_forbidden(address)


@pytest.mark.parametrize("host", ["169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.43518"])
def test_a_caller_does_not_get_there_however_the_address_is_written(host: str) -> None:
    with pytest.raises(ModelFailed) as error:
        connect(host, 80, 5, guarded=True)

    assert error.value.details == {"reason": "notAllowed"}


@pytest.mark.parametrize("guarded", [True, False])
def test_an_address_that_listens_is_connected_to(guarded: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with connect("127.0.0.1", port, 5, guarded) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
            assert connection.gettimeout() == 5


def test_a_name_is_tried_at_each_of_its_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with connect("localhost", port, 5, guarded=True) as connection:
            assert connection.getpeername()[1] == port


def test_nobody_there_is_an_os_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        connect("127.0.0.1", 1, 5, guarded=False)
