"""Whatever clients and browser do, in any order: each client gets its own and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cdp_proxy.core.messages import is_own_answer
from cdp_proxy.core.policy import Refusal
from tests.fakes.scripted_browser import attached_event, detached_event, flat_session, message
from tests.unit.cdp_proxy.core.multiplexing import CHILD, ROOT_A, ROOT_B, Client, make_mux


class Story:
    """Three clients and a scripted Chromium that answers late, in any order, and talks itself."""

    def __init__(self) -> None:
        self.mux = make_mux()
        self.sessions = 0
        self.clients: dict[int, Client] = {}
        self.expected: dict[int, list[bytes]] = {}
        """What each client must have got, in order."""
        self.owned: dict[int, list[str]] = {}
        """Root first, then flat sessions."""
        self.pending: list[tuple[int, int, str]] = []
        """Who is owed an answer, to which id, on which session."""
        self.ids = 0

    def new_session(self) -> str:
        self.sessions += 1
        return flat_session(self.sessions)

    def join(self, who: int) -> None:
        if who in self.clients:
            return
        root = self.new_session()
        self.clients[who] = Client(self.mux, root)
        self.expected[who] = []
        self.owned[who] = [root]

    def leave(self, who: int) -> None:
        self.mux.leave(self.clients.pop(who).member)
        for session in self.owned.pop(who):
            assert not self.mux.browser_message(message({"method": "A.late"}, session))
        self.pending = [answer for answer in self.pending if answer[0] != who]

    def command(self, who: int, pick: int) -> None:
        session = self.pick(who, pick)
        root = self.owned[who][0]
        self.ids += 1
        text = {"id": self.ids % 3, "method": "A.b", "params": {"n": self.ids}}
        sent = self.mux.client_message(
            self.clients[who].member, message(text, None if session == root else session)
        )
        assert sent == message(text, session)
        self.pending.append((who, self.ids % 3, session))

    def intrude(self, who: int, pick: int) -> None:
        others = [s for other, owned in self.owned.items() if other != who for s in owned]
        if others:
            outcome = self.clients[who].sends(sessionId=others[pick % len(others)])
            assert isinstance(outcome, Refusal)

    def answer(self, _who: int, pick: int) -> None:
        if not self.pending:
            return
        owner, number, session = self.pending.pop(pick % len(self.pending))
        body: dict[str, Any] = {"id": number, "result": {"n": pick}}
        if pick % 2:
            body = {"id": number, "error": {"code": -32000, "message": f"no {pick}"}}
        self.from_browser(owner, body, session)

    def event(self, who: int, pick: int) -> None:
        self.from_browser(who, {"method": "A.event", "params": {"n": pick}}, self.pick(who, pick))

    def attach(self, who: int, pick: int) -> None:
        parent, child = self.pick(who, pick), self.new_session()
        self.from_browser(who, attached_event(child, waiting=bool(pick % 2)), parent)
        self.owned[who].append(child)

    def detach(self, who: int, pick: int) -> None:
        if len(self.owned[who]) > 1:
            child = self.owned[who].pop(1 + pick % (len(self.owned[who]) - 1))
            self.pending = [answer for answer in self.pending if answer[2] != child]
            self.from_browser(who, detached_event(child), self.owned[who][0])

    def pick(self, who: int, pick: int) -> str:
        return self.owned[who][pick % len(self.owned[who])]

    def from_browser(self, who: int, body: dict[str, Any], session: str) -> None:
        assert self.mux.browser_message(message(body, session))
        shown = message(body, None if session == self.owned[who][0] else session)
        self.expected[who].append(shown)


STEPS = ("join", "leave", "command", "intrude", "answer", "event", "attach", "detach")


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 50)), max_size=60)
)
def test_in_any_interleaving_each_client_gets_its_own_and_all_of_it(
    steps: list[tuple[str, int, int]],
) -> None:
    story = Story()
    for step, who, pick in steps:
        if step == "join":
            story.join(who)
        elif who not in story.clients:
            continue
        elif step == "leave":
            story.leave(who)
        else:
            getattr(story, step)(who, pick)

    for who, client in story.clients.items():
        assert client.got == story.expected[who]
        assert client.member.flat == {session.encode() for session in story.owned[who][1:]}


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_of_a_client_get_past_its_own_sessions(text: bytes) -> None:
    client = Client(make_mux(), ROOT_A)

    outcome = client.mux.client_message(client.member, text)

    assert isinstance(outcome, Refusal) or outcome.endswith(ROOT_A.encode() + b'"}')


@given(st.binary(max_size=200), st.sampled_from([ROOT_A, ROOT_B, CHILD]))
def test_no_bytes_of_the_browser_reach_a_client_they_are_not_addressed_to(
    text: bytes, session: str
) -> None:
    assume(not is_own_answer(text + b","))
    assume(not text.startswith(b'{"method":"Target.'))  # those Chromium makes, well formed
    mux = make_mux()
    alice, bob = Client(mux, ROOT_A), Client(mux, ROOT_B)

    mux.browser_message(text + f',"sessionId":"{session}"}}'.encode())

    assert len(alice.got) == (session == ROOT_A)
    assert len(bob.got) == (session == ROOT_B)
