"""Many CDP clients on one pipe, without touching their ids (DESIGN 3).

1. For a new client the shell calls `Target.attachToBrowserTarget`; Chromium answers with a flat
   session, the client's *root*, and `join` makes it the client's endpoint.
2. `client_message`: a message without `sessionId` is addressed to the root; one with a
   `sessionId` goes through unchanged if that flat session belongs to the client.
3. `browser_message`: the trailing `sessionId` says whose a message is; the root's is cut off.
4. Flat sessions attached under a client's root (`Target.attachedToTarget`) become the client's.
5. `leave`: the client's paused targets are let go (`farewell`), then the shell detaches its root,
   which ends all that it attached, as closing a socket of its own would.

The hot path is bytes in, bytes out. Nothing here does I/O; the proxy's own commands travel as one
more member, whose messages the shell reads itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import UNSET

from cdp_proxy.core import messages
from cdp_proxy.core.control import is_mutating
from cdp_proxy.core.latency import SessionLatencies
from cdp_proxy.core.messages import Command
from cdp_proxy.core.policy import CloseBrowser, Policy, Refusal
from cdp_proxy.core.told_dialogs import DIALOG_EVENT, ToldDialogs

_RECENT_COMMANDS = 256
"""How many commands are remembered for `stray_answer`; Chromium answers those at once."""
_FAREWELL_ID = -(2**31)
"""The first id of a farewell's commands: nobody's who may get a stray answer."""
_ANSWER = b'{"id":'
_NEGATIVE = b'{"id":-'
_TARGET_EVENT = b'{"method":"Target.'


@dataclass(slots=True, eq=False)
class Member:
    """One client's share of the pipe."""

    root: bytes
    """Its flat session on the browser target, or on the one target that it speaks to."""
    anchor: str
    """The flat session on the browser target that it all hangs on: mostly its root."""
    deliver: Callable[[bytes], None]
    """Takes each message that is for this client."""
    suffix: bytes
    """What messages of its root end with."""
    flat: set[bytes] = field(default_factory=set)
    """Flat sessions attached under the root."""
    waiting: set[bytes] = field(default_factory=set)
    """Those of `flat` that Chromium holds until the client lets them run."""
    auto_attached: set[bytes] = field(default_factory=set)
    """Sessions (root or flat) on which the client asked for auto-attach with waiting."""
    steers_downloads: bool = False
    """Whether it has said where downloads go; Chromium forbids them when it leaves."""
    commands: int = 0
    """Messages it has sent."""


@dataclass(frozen=True, slots=True)
class Held:
    """A mutating command that has to wait: a human holds the session (`core.control`)."""

    command: Command


class Multiplexer:
    """Ownership of flat sessions, and routing by it."""

    def __init__(self, policy: Policy, latencies: SessionLatencies) -> None:
        self.holding = False
        """Whether mutating commands have to wait."""
        self.dialogs = ToldDialogs()
        """JavaScript dialogs that clients know of."""
        self.on_front: Callable[[str], None] = lambda _target_id: None
        """Told of the tab that a client brings to the front."""
        self._policy = policy
        self._latencies = latencies
        self._owners: dict[bytes, Member] = {}
        self._targets: dict[bytes, str] = {}
        """Ids of the targets that flat sessions of clients are on, as far as they are of one."""
        self._recent: deque[tuple[int, Member]] = deque(maxlen=_RECENT_COMMANDS)

    def join(
        self,
        root: str,
        deliver: Callable[[bytes], None],
        anchor: str | None = None,
        target_id: str | None = None,
    ) -> Member:
        """Make the flat session `root` the endpoint of a new client.

        Args:
            root: on the browser target, or under a session on it.
            deliver: takes what is for the client.
            anchor: that session, if it is not `root` itself.
            target_id: of the one target that `root` is on; None: it is on the browser.
        """
        key = root.encode()
        suffix = messages.suffix_of(key)
        member = Member(root=key, anchor=anchor or root, deliver=deliver, suffix=suffix)
        self._owners[key] = member
        if target_id is not None:
            self._targets[key] = target_id
        return member

    def leave(self, member: Member) -> None:
        """Forget a client; what Chromium still sends for it is dropped."""
        for key in (member.root, *member.flat):
            self._forget(key)

    def client_message(
        self, member: Member, message: bytes
    ) -> bytes | Refusal | CloseBrowser | Held:
        """One whole message of a client.

        Returns:
            What to write on the pipe; or a refusal to send back to the client alone; or the
            client's wish to close the browser, which only the session can grant; or that it has to
            wait, to be given here again later.
        """
        try:
            command = messages.decode_command(message)
        except messages.Malformed as malformed:
            return Refusal(malformed.answer)
        member.commands += 1
        session_id = command.session_id
        key = member.root if session_id is UNSET else session_id.encode(errors="replace")
        if key != member.root and key not in member.flat:
            return _unknown_session(command)
        if self.holding and is_mutating(command.method):
            return Held(command)
        if command.method in self._policy.rows:
            verdict = self._policy.judge(command, message)
            if not isinstance(verdict, bytes):
                return verdict
            message = verdict
            member.steers_downloads |= command.method == "Browser.setDownloadBehavior"
        elif command.method in _NOTED:
            self._note_command(member, key, command)
        self._recent.append((command.id, member))
        self._latencies.sent(key, command.id, command.method)
        if session_id is UNSET:
            return messages.with_session(message, member.suffix)
        return message

    def browser_message(self, message: bytes) -> bool:
        """One whole message of the browser: deliver it to the client whose it is.

        Returns:
            False when it is no client's: it has no `sessionId` (an answer to the proxy's own
            commands), or that of one of the proxy's own flat sessions, or answers a command that
            the proxy has sent on a client's, or its client has left.
        """
        key = message[-34:-2]
        if message[-48:-34] != b',"sessionId":"' or not message.endswith(b'"}'):
            return False
        member = self._owners.get(key)
        if member is None:
            return False
        if message.startswith(_ANSWER):
            if message.startswith(_NEGATIVE) and messages.is_own_answer(message):
                return False
            self._latencies.answered(key, message)
        elif message.startswith(_TARGET_EVENT):
            self._note_target_event(member, message)
        elif message.startswith(DIALOG_EVENT) and key in self._targets:
            self.dialogs.hear(key.decode(), self._targets[key], message)
        if key == member.root:
            message = message[: -messages.SUFFIX_BYTES] + b"}"
        member.deliver(message)
        return True

    def stray_answer(self, command_id: int, message: bytes) -> bool:
        """Deliver an answer that Chromium sent without `sessionId`.

        That is how it answers what it cannot parse (a key repeated within `params`, say). Whose
        it was is known only if one client alone has used that id lately.

        Returns:
            Whether it has been delivered.
        """
        senders = {
            member
            for number, member in self._recent
            if number == command_id and member.root in self._owners
        }
        if len(senders) != 1:
            return False
        senders.pop().deliver(message)
        return True

    def farewell(self, member: Member) -> list[bytes]:
        """Commands that let go what a leaving client holds paused; empty when there is nothing.

        Its auto-attaching stops waiting, and each target it has not let run yet is told to: a
        popup left paused would stay so for ever. The shell sends them, waits until Chromium has
        taken them, asks again (a popup may have opened meanwhile), and only then detaches.
        """
        resume = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        calls = [("Target.setAutoAttach", resume, key) for key in member.auto_attached]
        calls += [("Runtime.runIfWaitingForDebugger", {}, key) for key in member.waiting]
        member.auto_attached.clear()
        member.waiting.clear()
        return [
            messages.make_command(number, method, params, key.decode())
            for number, (method, params, key) in enumerate(calls, _FAREWELL_ID)
        ]

    def _note_target_event(self, member: Member, message: bytes) -> None:
        if not message.startswith(_OWNERSHIP_EVENTS):
            return
        event = messages.decode_target_event(message)
        key = event.params.session_id.encode()
        if event.method == messages.ATTACHED:
            self._owners[key] = member
            member.flat.add(key)
            if event.params.target_info is not None:
                self._targets[key] = event.params.target_info.target_id
            if event.params.waiting_for_debugger:
                member.waiting.add(key)
        else:
            self._forget(key)
            member.flat.discard(key)
            member.waiting.discard(key)
            member.auto_attached.discard(key)

    def _forget(self, key: bytes) -> None:
        self._owners.pop(key, None)
        if self._targets.pop(key, None) is not None:
            self.dialogs.forget(key.decode())

    def _note_command(self, member: Member, key: bytes, command: Command) -> None:
        if command.method in _PAUSES:
            _note_pause(member, key, command)
        elif command.method == "Page.bringToFront":
            self.on_front(self._targets.get(key, ""))
        else:
            self.on_front(messages.target_id_of(command))


_OWNERSHIP_EVENTS = tuple(
    b'{"method":"%b"' % name.encode() for name in (messages.ATTACHED, messages.DETACHED)
)
_PAUSES = frozenset({"Target.setAutoAttach", "Runtime.runIfWaitingForDebugger"})
_NOTED = _PAUSES | {"Page.bringToFront", "Target.activateTarget"}


def _note_pause(member: Member, key: bytes, command: Command) -> None:
    if command.method == "Runtime.runIfWaitingForDebugger":
        member.waiting.discard(key)
    elif b"waitForDebuggerOnStart" in bytes(command.params):
        member.auto_attached.add(key)


def _unknown_session(command: Command) -> Refusal:
    """Chromium's own answer, which names no session."""
    return Refusal(
        messages.make_error(
            messages.SESSION_NOT_FOUND,
            "Session with given id not found.",
            Command(id=command.id, method=command.method),
        )
    )
