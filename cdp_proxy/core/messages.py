"""CDP messages as bytes: looking into them without building a tree, and making small ones.

Chromium writes a flat session's id last (`…,"sessionId":"<32 hex>"}`); clients write their keys
in any order (CLIENTS: Puppeteer sends `method, params, id, sessionId`).
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from shared.limits import CDP_ID_MAX

SESSION_ID_BYTES: Final = 32
SUFFIX_BYTES: Final = len(b',"sessionId":""}') + SESSION_ID_BYTES
"""Length of the tail that carries a flat session's id."""

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
SERVER_ERROR: Final = -32000
SESSION_NOT_FOUND: Final = -32001
"""JSON-RPC's codes as Chromium's dispatcher uses them (`crdtp::DispatchCode`)."""


class Command(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the proxy looks at in a client's message; all else passes unseen.

    Chromium's dispatcher takes no other top-level properties either.
    """

    id: Annotated[int, Meta(ge=0, le=CDP_ID_MAX)]
    method: str
    session_id: str | UnsetType = msgspec.field(default=UNSET, name="sessionId")
    params: Raw = Raw()
    """The parameters' JSON text; empty when absent."""


class TargetInfo(Struct, frozen=True):
    """What kind of target it is: `page`, `iframe`, `worker` and so on."""

    type: str


class AttachedParams(Struct, frozen=True, rename="camel"):
    """`Target.attachedToTarget` and `Target.detachedFromTarget`, as far as ownership goes."""

    session_id: str
    target_info: TargetInfo | None = None
    waiting_for_debugger: bool = False


class FrameTarget(Struct, frozen=True, rename="camel"):
    """The target of an out-of-process frame; its id is the frame's."""

    target_id: str


class FrameAttached(Struct, frozen=True, rename="camel"):
    """`Target.attachedToTarget` of an out-of-process frame."""

    session_id: str
    target_info: FrameTarget


class TargetEvent(Struct, frozen=True):
    """An event of the Target domain about a flat session."""

    method: str
    params: AttachedParams


class RemoteError(Struct, frozen=True):
    """`error` of an answer."""

    code: int
    message: str


class Answer(Struct, frozen=True):
    """Chromium's answer to, or an event for, the proxy's own commands."""

    id: int | None = None
    method: str | None = None
    result: Raw = Raw()
    error: RemoteError | None = None
    params: Raw = Raw()
    session_id: str | None = msgspec.field(default=None, name="sessionId")


decode_target_event: Final = msgspec.json.Decoder(TargetEvent).decode
decode_attached: Final = msgspec.json.Decoder(AttachedParams).decode
decode_frame_attached: Final = msgspec.json.Decoder(FrameAttached).decode
decode_answer: Final = msgspec.json.Decoder(Answer).decode


_decode_command: Final = msgspec.json.Decoder(Command).decode
_NESTING_MAX: Final = 290
"""Chromium refuses more than 300 levels (`crdtp` JSON parser), and one or two are its own."""
_STRINGS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
"""Possessive: to be able to step back in 64 MiB of escapes would take gigabytes."""
_OPENS_AND_CLOSES: Final = bytes.maketrans(b"{[}]", b"\x01\x01\x00\x00")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{[}]"))


class Malformed(Exception):
    """A client's message is no CDP command; carries the error answer Chromium would give."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.answer = answer


def decode_command(message: bytes) -> Command:
    """Look into a client's message.

    Chromium answers what is malformed as a whole without `sessionId`, so that nobody could tell
    whose it was: it has to be found out here.

    Raises:
        Malformed: it is not JSON, or no command.
    """
    if b"\0" in message:  # would end the message on the pipe, and begin another
        raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: a NUL byte"))
    try:
        command = _decode_command(message)
    except msgspec.ValidationError as error:
        raise Malformed(_answer_to(message, INVALID_REQUEST, str(error))) from error
    except (msgspec.DecodeError, RecursionError):
        command = _decode_odd(message)
    count = message.count
    if (
        count(b'"id"') > 1
        or count(b'"method"') > 1
        or count(b'"sessionId"') > 1
        or count(b'"params"') > 1
    ):
        _check_keys(message)
    if count(b"{") + count(b"[") > _NESTING_MAX:
        _check_nesting(message)
    return command


def _decode_odd(message: bytes) -> Command:
    """JSON that msgspec does not take but Chromium does: lone surrogates, as JavaScript writes."""
    try:
        # Decoded first: given bytes, `json` would take UTF-16 too, with NULs that cut the pipe.
        tree = json.loads(message.decode(), parse_constant=_no_constant)
        if isinstance(tree, dict) and "params" in tree:
            tree["params"] = Raw(json.dumps(tree["params"]).encode())
        return msgspec.convert(tree, Command)
    except msgspec.ValidationError as error:
        raise Malformed(_answer_to(message, INVALID_REQUEST, str(error))) from error
    except (ValueError, RecursionError) as error:
        raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: not readable")) from error


def _no_constant(name: str) -> None:
    """`NaN` and the like are not JSON, whatever Python's parser says."""
    raise ValueError(name)


def _check_keys(message: bytes) -> None:
    """Refuse repeated top-level keys, as Chromium does."""

    def repeats(pairs: list[tuple[str, object]]) -> bool:
        return len(dict(pairs)) != len(pairs)

    # The hook is called for the outermost object last: what it returns is that one's.
    try:
        repeated = json.loads(message.decode(), object_pairs_hook=repeats)
    except (ValueError, RecursionError) as error:
        raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: not readable")) from error
    if repeated:
        raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: a key is repeated"))


def _check_nesting(message: bytes) -> None:
    """Refuse JSON nested deeper than Chromium's parser goes."""
    brackets = _STRINGS.sub(b"", message).translate(_OPENS_AND_CLOSES, _NO_BRACKETS)
    depth = 0
    for step in brackets:
        depth += 1 if step else -1
        if depth > _NESTING_MAX:
            raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: nested too deeply"))


def _answer_to(message: bytes, code: int, text: str) -> bytes:
    """An error answer with the message's id, if that can be read."""
    answer: dict[str, object] = {"error": {"code": code, "message": text}}
    try:
        tree = json.loads(message)
    except (ValueError, RecursionError):
        return msgspec.json.encode(answer)
    command_id = tree.get("id") if isinstance(tree, dict) else None
    if type(command_id) is int and 0 <= command_id <= CDP_ID_MAX:
        answer = {"id": command_id, **answer}
    return msgspec.json.encode(answer)


def suffix_of(cdp_session_id: bytes) -> bytes:
    """The tail that a message of this flat session ends with."""
    return b',"sessionId":"' + cdp_session_id + b'"}'


def with_session(message: bytes, suffix: bytes) -> bytes:
    """Address a message that has no `sessionId` of its own; it is a non-empty JSON object."""
    return message.rstrip()[:-1] + suffix


def make_command(
    command_id: int, method: str, params: object = None, cdp_session_id: str | None = None
) -> bytes:
    """A command as Chromium takes it."""
    message: dict[str, object] = {"id": command_id, "method": method}
    if params:
        message["params"] = params
    if cdp_session_id is not None:
        message["sessionId"] = cdp_session_id
    return msgspec.json.encode(message, enc_hook=_plain)


def make_result(command: Command) -> bytes:
    """An empty result, addressed as Chromium would."""
    return _addressed({"id": command.id, "result": {}}, command.session_id)


def make_error(code: int, text: str, command: Command) -> bytes:
    """An error answer, addressed as Chromium would."""
    error = {"code": code, "message": text}
    return _addressed({"id": command.id, "error": error}, command.session_id)


def _plain(value: object) -> object:
    """PyCDP's ids are subclasses of `str` and `int`."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} is not a CDP value")


def _addressed(message: dict[str, object], session_id: str | UnsetType) -> bytes:
    if session_id is not UNSET:
        message["sessionId"] = session_id
    return msgspec.json.encode(message)
