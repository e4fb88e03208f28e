from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cdp_proxy.transport import descriptors
from cdp_proxy.transport.descriptors import Admission

STRANGER, NEIGHBOUR = "8.8.8.8", "10.0.0.7"


@pytest.mark.parametrize(
    ("used", "stranger", "neighbour"),
    [
        (0, True, True),
        (750, True, True),
        (751, False, True),
        (850, False, True),
        (851, False, False),
    ],
)
def test_strangers_are_turned_away_before_neighbours(
    used: int, stranger: bool, neighbour: bool
) -> None:
    admission = Admission(lambda: 1000, lambda: used)

    assert admission.admits(STRANGER) is stranger
    assert admission.admits(NEIGHBOUR) is neighbour


def test_they_come_in_again_when_there_is_room() -> None:
    used = [900, 100]
    admission = Admission(lambda: 1000, lambda: used.pop(0))

    assert not admission.admits(STRANGER)
    assert admission.admits(STRANGER)


def test_what_is_open_is_counted() -> None:
    before = descriptors.in_use()
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
    after = descriptors.in_use()
    for fd in opened:
        os.close(fd)

    assert after >= before + 10
    assert descriptors.in_use() == before


def test_when_there_are_none_left_all_are_in_use() -> None:
    program = (
        "import os, resource\n"
        "from cdp_proxy.transport.descriptors import in_use\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (in_use(), 200))\n"
        "print(in_use() == resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert printed == "True\n"


def test_the_limit_is_raised_to_what_the_system_allows() -> None:
    program = (
        "import resource\n"
        "from cdp_proxy.transport.descriptors import limit, raise_limit\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))\n"
        "raise_limit()\n"
        "print(limit())\n"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert printed == "200\n"
