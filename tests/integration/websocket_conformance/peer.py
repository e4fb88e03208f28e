"""RFC 6455 on `/cdp`: the cases of Autobahn|Testsuite that apply to it.

Where that suite has its message echoed, a CDP command has Chromium evaluate a string and answer
with it. Whoever breaks a rule loses the connection, with the code that says why; a neighbour on
the same session must not even notice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.integration.cdp import CdpClient
from tests.integration.raw_websocket import Opcode, RawWebSocket, Received, close_frame, frame

NORMAL = 1000
PROTOCOL_ERROR = 1002
NOT_TEXT = 1007
TOO_BIG = 1009
MEBIBYTE = 1024 * 1024
LIMIT_BYTES = 100 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Peer:
    """A raw client with a page attached, and a well-behaved neighbour on the same session."""

    socket: RawWebSocket
    flat_session: str
    neighbour: CdpClient

    def command(self, size: int, fill: str = "*", command_id: int = 7) -> bytes:
        """A command of exactly so many bytes, whose answer holds a string of `fill`."""
        space = size - len(self._command("", command_id))
        text = fill * (space // len(fill.encode()))
        padded = text.ljust(len(text) + space - len(text.encode()), ".")
        return self._command(padded, command_id)

    def send(self, *frames: bytes, chop_bytes: int | None = None) -> None:
        self.socket.send(*frames, chop_bytes=chop_bytes)

    def assert_answers(self, command: bytes) -> None:
        """The next message answers this one, with the string it holds."""
        asked = json.loads(command)
        text = asked["params"]["expression"].strip("'")
        answer = self.socket.receive_answer()
        assert answer == {
            "id": asked["id"],
            "result": {"result": {"type": "string", "value": text}},
            "sessionId": self.flat_session,
        }

    def assert_pong(self, payload: bytes) -> None:
        assert self.socket.receive() == Received(Opcode.PONG, payload)

    def assert_closed(self, code: int) -> None:
        """The server closes with `code` and a reason, sends nothing more, and lets go."""
        received, reason = self.socket.receive_close()
        assert received == code
        assert reason
        self.send(close_frame(code))
        self.socket.receive_end()
        assert self.neighbour.call("Browser.getVersion")["product"]

    def _command(self, text: str, command_id: int) -> bytes:
        message = {
            "id": command_id,
            "method": "Runtime.evaluate",
            "params": {"expression": f"'{text}'"},
            "sessionId": self.flat_session,
        }
        return json.dumps(message, ensure_ascii=False).encode()


def name_of(value: object) -> str | None:
    return repr(value)[:24] if isinstance(value, bytes) else None


def start(opcode: Opcode = Opcode.TEXT) -> bytes:
    return frame(b"{", opcode, final=False)
