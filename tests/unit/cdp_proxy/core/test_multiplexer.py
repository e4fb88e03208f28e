from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cdp_proxy.core.latency import MethodLatencies, SessionLatencies
from cdp_proxy.core.multiplexer import Held, Member, Multiplexer
from cdp_proxy.core.policy import CloseBrowser, Policy, Refusal
from tests.fakes.scripted_browser import (
    FOLDERS,
    attached_event,
    detached_event,
    flat_session,
    message,
)

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


@pytest.fixture
def mux() -> Multiplexer:
    return Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies()))


@pytest.fixture
def alice(mux: Multiplexer) -> Client:
    return Client(mux, ROOT_A)


@pytest.fixture
def bob(mux: Multiplexer) -> Client:
    return Client(mux, ROOT_B)


class TestFromClients:
    def test_a_message_without_a_session_is_addressed_to_the_root(self, alice: Client) -> None:
        assert alice.sends(params={"x": 1}) == message(
            {"id": 1, "method": "A.b", "params": {"x": 1}}, ROOT_A
        )

    def test_a_message_on_an_own_flat_session_goes_through_unchanged(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        text = b'{ "sessionId":"%s", "method":"A.b", "params":{"y":"\xc3\xa9"}, "id":2}' % (
            CHILD.encode()
        )

        assert mux.client_message(alice.member, text) == text

    def test_a_client_may_name_its_own_root(self, alice: Client) -> None:
        assert alice.sends(sessionId=ROOT_A) == message({"id": 1, "method": "A.b"}, ROOT_A)

    @pytest.mark.parametrize("session", [ROOT_B, CHILD, "nonsense", "", "\ud800"])
    def test_a_foreign_flat_session_is_unknown(
        self, alice: Client, bob: Client, mux: Multiplexer, session: str
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_B))

        assert alice.refusal_of(sessionId=session) == {
            "id": 1,
            "error": {"code": -32001, "message": "Session with given id not found."},
        }

    def test_a_session_is_unknown_before_the_policy_looks_at_it(self, alice: Client) -> None:
        assert alice.refusal_of(method="Browser.close", sessionId=CHILD)["error"]["code"] == -32001

    def test_malformed_text_is_answered_to_its_sender(self, alice: Client) -> None:
        outcome = alice.mux.client_message(alice.member, b"{")

        assert isinstance(outcome, Refusal)
        assert json.loads(outcome.reply)["error"]["code"] == -32700

    def test_the_policy_holds_on_the_root_and_on_flat_sessions(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD, kind="browser"), ROOT_A))

        for session in ({}, {"sessionId": ROOT_A}, {"sessionId": CHILD}):
            assert "error" in alice.refusal_of(method="Browser.crash", **session)

    def test_a_rewritten_command_is_addressed_as_the_original(self, alice: Client) -> None:
        sent = alice.sends(method="Page.setDownloadBehavior", params={"behavior": "allow"})

        assert json.loads(sent) == {
            "id": 1,
            "method": "Page.setDownloadBehavior",
            "params": {"behavior": "allow", "downloadPath": FOLDERS.downloads},
            "sessionId": ROOT_A,
        }

    def test_closing_the_browser_is_the_sessions_to_grant(self, alice: Client) -> None:
        assert alice.sends(method="Browser.close") == CloseBrowser(b'{"id":1,"result":{}}')

    def test_commands_are_counted(self, alice: Client) -> None:
        alice.sends()
        alice.sends(sessionId="foreign")

        assert alice.member.commands == 2


class TestFromTheBrowser:
    def test_the_roots_messages_lose_their_session(self, mux: Multiplexer, alice: Client) -> None:
        assert mux.browser_message(message({"id": 1, "result": {}}, ROOT_A))

        assert alice.got == [b'{"id":1,"result":{}}']

    def test_an_error_keeps_a_flat_session(self, mux: Multiplexer, alice: Client) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        error = message({"id": 4, "error": {"code": -32601, "message": "no"}}, CHILD)

        mux.browser_message(error)

        assert alice.got[-1] == error

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"{}",
            b'{"id":-1,"result":{}}',
            message({"method": "A.b", "params": {"sessionId": ROOT_A}}),
            message({"id": -1, "result": {"sessionId": ROOT_A}}),
            message({"id": 1, "result": {}}, CHILD),
            message({"id": 1, "result": {}}, ROOT_A)[:-1],
            message({"id": 1, "result": {}}, ROOT_A[1:]),
        ],
    )
    def test_what_is_no_clients_is_left_to_the_proxy(
        self, mux: Multiplexer, alice: Client, text: bytes
    ) -> None:
        assert not mux.browser_message(text)
        assert alice.got == []

    def test_a_page_cannot_address_another_client(
        self, mux: Multiplexer, alice: Client, bob: Client
    ) -> None:
        forged = f',"sessionId":"{ROOT_B}"}}'
        mux.browser_message(message({"id": 1, "result": {"value": forged}}, ROOT_A))

        assert len(alice.got) == 1
        assert bob.got == []


class TestStrayAnswers:
    """What Chromium cannot parse it answers without `sessionId`."""

    STRAY = b'{"id":1,"error":{"code":-32700,"message":"CBOR: duplicate map key"}}'

    def test_a_stray_answer_goes_to_the_one_who_used_the_id(
        self, mux: Multiplexer, alice: Client, bob: Client
    ) -> None:
        alice.sends(id=1)
        bob.sends(id=2)

        assert mux.stray_answer(1, self.STRAY)
        assert alice.got == [self.STRAY]
        assert bob.got == []

    def test_a_stray_answer_that_could_be_anothers_goes_to_nobody(
        self, mux: Multiplexer, alice: Client, bob: Client
    ) -> None:
        alice.sends(id=1)
        bob.sends(id=1)

        assert not mux.stray_answer(1, self.STRAY)
        assert alice.got == bob.got == []

    def test_an_id_nobody_used_is_nobodys(self, mux: Multiplexer, alice: Client) -> None:
        assert not mux.stray_answer(1, self.STRAY)
        assert alice.got == []


class TestTheFront:
    """Which tab a client brings to the front."""

    @pytest.fixture
    def front(self, mux: Multiplexer, alice: Client) -> list[str]:
        told: list[str] = []
        mux.on_front = told.append
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        return told

    def test_the_tab_of_a_flat_session_is_told(self, alice: Client, front: list[str]) -> None:
        assert isinstance(alice.sends(method="Page.bringToFront", sessionId=CHILD), bytes)

        assert front == [attached_event(CHILD)["params"]["targetInfo"]["targetId"]]

    def test_a_tab_that_is_named_is_told(self, alice: Client, front: list[str]) -> None:
        assert isinstance(
            alice.sends(method="Target.activateTarget", params={"targetId": "T7"}), bytes
        )

        assert front == ["T7"]

    @pytest.mark.parametrize("params", [{}, {"params": {"targetId": 7}}, {"params": [1]}])
    def test_no_tab_is_told_as_none(
        self, alice: Client, front: list[str], params: dict[str, Any]
    ) -> None:
        alice.sends(method="Target.activateTarget", **params)

        assert front == [""]

    def test_what_has_to_wait_is_told_later(
        self, mux: Multiplexer, alice: Client, front: list[str]
    ) -> None:
        mux.holding = True

        assert isinstance(alice.sends(method="Page.bringToFront", sessionId=CHILD), Held)
        assert front == []


class TestOwnership:
    def test_the_answer_to_the_proxys_own_command_is_no_clients(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        before = list(alice.got)

        assert not mux.browser_message(message({"id": -3, "result": {}}, CHILD))
        assert alice.got == before

    def test_attached_sessions_are_the_clients_at_any_depth(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        mux.browser_message(message(attached_event(GRANDCHILD), CHILD))

        event = message({"method": "Page.loadEventFired"}, GRANDCHILD)

        assert mux.browser_message(event)
        assert alice.got[-1] == event
        assert isinstance(alice.sends(sessionId=GRANDCHILD), bytes)

    def test_a_detached_session_is_nobodys(self, mux: Multiplexer, alice: Client) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        mux.browser_message(message(detached_event(CHILD), ROOT_A))

        assert alice.refusal_of(sessionId=CHILD)["error"]["code"] == -32001
        assert not mux.browser_message(message({"method": "Page.frameResized"}, CHILD))

    def test_other_target_events_change_nothing(self, mux: Multiplexer, alice: Client) -> None:
        created = message({"method": "Target.targetCreated", "params": {"targetInfo": {}}}, ROOT_A)

        assert mux.browser_message(created)
        assert alice.member.flat == {}

    def test_what_comes_for_a_client_that_left_is_dropped(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))
        mux.leave(alice.member)

        for session in (ROOT_A, CHILD):
            assert not mux.browser_message(message({"id": 1, "result": {}}, session))

    def test_leaving_takes_nothing_from_others(
        self, mux: Multiplexer, alice: Client, bob: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_B))
        mux.leave(alice.member)

        assert isinstance(bob.sends(sessionId=CHILD), bytes)


class TestFarewell:
    def farewell(self, client: Client) -> list[tuple[str, str]]:
        commands = [json.loads(text) for text in client.mux.farewell(client.member)]
        return sorted((command["method"], command["sessionId"]) for command in commands)

    def test_a_client_that_paused_nothing_has_nothing_to_let_go(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD), ROOT_A))

        assert self.farewell(alice) == []

    def test_waiting_targets_are_let_run(self, mux: Multiplexer, alice: Client) -> None:
        mux.browser_message(message(attached_event(CHILD, waiting=True), ROOT_A))

        assert self.farewell(alice) == [("Runtime.runIfWaitingForDebugger", CHILD)]
        assert self.farewell(alice) == []

    def test_auto_attaching_stops_to_wait(self, mux: Multiplexer, alice: Client) -> None:
        params = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        alice.sends(method="Target.setAutoAttach", params=params)

        assert self.farewell(alice) == [("Target.setAutoAttach", ROOT_A)]

    def test_a_target_the_client_let_run_is_not_told_again(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.browser_message(message(attached_event(CHILD, waiting=True), ROOT_A))
        alice.sends(method="Runtime.runIfWaitingForDebugger", sessionId=CHILD)

        assert self.farewell(alice) == []

    def test_a_target_that_is_gone_is_not_told(self, mux: Multiplexer, alice: Client) -> None:
        mux.browser_message(message(attached_event(CHILD, waiting=True), ROOT_A))
        mux.browser_message(message(detached_event(CHILD), ROOT_A))

        assert self.farewell(alice) == []

    def test_a_popup_that_opens_meanwhile_is_told_the_next_time(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        self.farewell(alice)
        mux.browser_message(message(attached_event(CHILD, waiting=True), ROOT_A))

        assert self.farewell(alice) == [("Runtime.runIfWaitingForDebugger", CHILD)]

    def test_auto_attach_without_waiting_needs_no_farewell(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        alice.sends(method="Target.setAutoAttach", params={"autoAttach": True})

        assert self.farewell(alice) == []


class Story:
    """Three clients and a scripted Chromium that answers late, in any order, and talks itself."""

    def __init__(self) -> None:
        self.mux = Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies()))
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
        assert set(client.member.flat) == {session.encode() for session in story.owned[who][1:]}


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_of_a_client_get_past_its_own_sessions(text: bytes) -> None:
    client = Client(Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies())), ROOT_A)

    outcome = client.mux.client_message(client.member, text)

    assert isinstance(outcome, Refusal) or outcome.endswith(ROOT_A.encode() + b'"}')


@given(st.binary(max_size=200), st.sampled_from([ROOT_A, ROOT_B, CHILD]))
def test_no_bytes_of_the_browser_reach_a_client_they_are_not_addressed_to(
    text: bytes, session: str
) -> None:
    assume(not text.startswith(b'{"method":"Target.'))  # those Chromium makes, well formed
    mux = Multiplexer(Policy(FOLDERS), SessionLatencies(MethodLatencies()))
    alice, bob = Client(mux, ROOT_A), Client(mux, ROOT_B)

    mux.browser_message(text + f',"sessionId":"{session}"}}'.encode())

    theirs = not text.startswith(b'{"id":-')  # else the answer to a command of the proxy's own
    assert len(alice.got) == (theirs and session == ROOT_A)
    assert len(bob.got) == (theirs and session == ROOT_B)


class TestHolding:
    """While a human holds the session."""

    CLICK = "Input.dispatchMouseEvent"

    def test_what_mutates_is_held_to_be_given_again(self, mux: Multiplexer, alice: Client) -> None:
        mux.holding = True
        held = alice.sends(method=self.CLICK)
        mux.holding = False

        assert isinstance(held, Held)
        assert (held.command.id, held.command.method) == (1, self.CLICK)
        assert isinstance(alice.sends(method=self.CLICK), bytes)

    def test_what_reads_goes_through(self, mux: Multiplexer, alice: Client) -> None:
        mux.holding = True

        assert isinstance(alice.sends(method="Runtime.evaluate"), bytes)

    def test_what_is_no_clients_business_is_refused_at_once(
        self, mux: Multiplexer, alice: Client
    ) -> None:
        mux.holding = True

        assert alice.refusal_of(method=self.CLICK, sessionId=ROOT_B)["error"]["code"] == -32001
