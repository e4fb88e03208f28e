"""Whoever reaches the port without a token: what he may cost those who have one."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack

from tests.integration.cdp import CdpClient
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS

_DESCRIPTORS = 300
_CONNECTIONS = 400


def test_connections_that_say_nothing_leave_room_for_browsers() -> None:
    with Stack("--max-sessions", "4", "--warm", "0") as stack, ExitStack() as open_ones:
        few = (_DESCRIPTORS, _DESCRIPTORS)
        resource.prlimit(stack.container().pid, resource.RLIMIT_NOFILE, few)
        before = stack.api.create()
        client = open_ones.enter_context(CdpClient(before.connect_url))
        host, _, port = stack.http_base.removeprefix("http://").partition(":")

        for _ in range(_CONNECTIONS):
            # Those beyond the bound are closed as soon as they are taken.
            open_ones.enter_context(
                socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
            )
        created = [stack.api.create() for _ in range(3)]

        assert len({session.id for session in created}) == 3
        assert "Chrome" in client.call("Browser.getVersion")["product"]
        assert "closing new connections" in stack.container_log()
