"""Who gets what, and what is nobody's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdp_proxy.core.multiplexer import Held, Multiplexer
from cdp_proxy.core.policy import CloseBrowser, Refusal
from shared.limits import CDP_ID_MIN
from tests.fakes.scripted_browser import FOLDERS, attached_event, detached_event, message
from tests.unit.cdp_proxy.core.multiplexing import (
    CHILD,
    GRANDCHILD,
    ROOT_A,
    ROOT_B,
    Client,
    make_mux,
)


@pytest.fixture
def mux() -> Multiplexer:
    return make_mux()


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

    def test_who_has_left_waits_for_no_answer(
        self, mux: Multiplexer, alice: Client, bob: Client
    ) -> None:
        alice.sends(id=1)
        bob.sends(id=1)
        mux.leave(bob.member)

        assert mux.stray_answer(1, self.STRAY)
        assert alice.got == [self.STRAY]

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

    def test_so_is_that_of_a_client_of_one_tab(self, mux: Multiplexer, front: list[str]) -> None:
        member = mux.join(ROOT_B, lambda _: None, ROOT_A, target_id="T5")

        mux.client_message(member, message({"id": 1, "method": "Page.bringToFront"}))

        assert front == ["T5"]

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

        assert not mux.browser_message(message({"id": CDP_ID_MIN - 1, "result": {}}, CHILD))
        assert alice.got == before
        assert mux.browser_message(message({"id": CDP_ID_MIN, "result": {}}, CHILD))
        assert mux.browser_message(message({"id": -1, "result": {}}, CHILD))

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
        assert alice.member.flat == set()

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
