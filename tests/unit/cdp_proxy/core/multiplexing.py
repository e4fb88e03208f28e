"""Clients of a multiplexer without any socket."""

from __future__ import annotations

import json
from typing import Any

from cdp_proxy.core.latency import MethodLatencies, SessionLatencies
from cdp_proxy.core.multiplexer import Member, Multiplexer
from cdp_proxy.core.policy import Policy, Refusal
from tests.fakes.scripted_browser import FOLDERS, flat_session, message

ROOT_A, ROOT_B, CHILD, GRANDCHILD = (flat_session(number) for number in (1, 2, 3, 4))


class Client:
    """One client of a multiplexer, and what it was sent."""

    def __init__(self, mux: Multiplexer, root: str) -> None:
        self.mux = mux
        self.root = root
        self.got: list[bytes] = []
        self.member: Member = mux.join(root, self.got.append)

    def sends(self, **command: Any) -> Any:
        return self.mux.client_message(self.member, message({"id": 1, "method": "A.b", **command}))

    def refusal_of(self, **command: Any) -> dict[str, Any]:
        outcome = self.sends(**command)
        assert isinstance(outcome, Refusal)
        answer: dict[str, Any] = json.loads(outcome.reply)
        return answer


def make_mux() -> Multiplexer:
    """One with the policy of a session."""
    return Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies()))
