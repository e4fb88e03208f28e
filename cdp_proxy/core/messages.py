"""CDP messages as bytes: looking into them without building a tree, and making small ones.

Chromium writes a flat session's id last (`…,"sessionId":"<32 hex>"}`); clients write their keys
in any order (CLIENTS: Puppeteer sends `method, params, id, sessionId`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cdp_proxy.core import json_text
from cdp_proxy.core.json_text import TooLarge, TreeReader
from shared.limits import CDP_ID_MAX, CDP_ID_MIN
from shared.surrogates import mend_surrogates

T = TypeVar("T")

SESSION_ID_BYTES: Final = 32
SUFFIX_BYTES: Final = len(b',"sessionId":""}') + SESSION_ID_BYTES
"""Length of the tail that carries a flat session's id."""

ATTACHED: Final = "Target.attachedToTarget"
DETACHED: Final = "Target.detachedFromTarget"
"""Events that say where flat sessions begin and end."""

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
SERVER_ERROR: Final = -32000
SESSION_NOT_FOUND: Final = -32001
"""JSON-RPC's codes as Chromium's dispatcher uses them (`crdtp::DispatchCode`)."""


class Command(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the proxy looks at in a client's message; all else passes unseen.

    Chromium's dispatcher takes no other top-level properties either.
    """

    id: Annotated[int, Meta(ge=CDP_ID_MIN, le=CDP_ID_MAX)]
    method: str
    session_id: str | UnsetType = msgspec.field(default=UNSET, name="sessionId")
    params: Raw = Raw()
    """The parameters' JSON text; empty when absent."""


class Numbered(Struct, frozen=True, gc=False):
    """The id of a message that is no command."""

    id: int


class TargetInfo(Struct, frozen=True, rename="camel"):
    """Which target it is, and what kind: `page`, `iframe`, `worker` and so on."""

    type: str
    target_id: str = ""


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


decode_attached: Final = msgspec.json.Decoder(AttachedParams).decode
decode_frame_attached: Final = msgspec.json.Decoder(FrameAttached).decode


class _TargetParams(Struct, frozen=True, rename="camel"):
    target_id: str = ""


_decode_target: Final = msgspec.json.Decoder(_TargetParams).decode
_decode_target_event: Final = msgspec.json.Decoder(TargetEvent).decode
_decode_answer: Final = msgspec.json.Decoder(Answer).decode
_decode_command: Final = msgspec.json.Decoder(Command).decode
_decode_numbered: Final = msgspec.json.Decoder(Numbered).decode
_TEN_DIGITS: Final = re.compile(rb'\{"id":(-\d{10}),').match
"""As every id below `CDP_ID_MIN` has them."""
_KEYS: Final = (b'"id"', b'"method"', b'"sessionId"', b'"params"')


class Malformed(Exception):
    """A client's message is no CDP command; carries the error answer Chromium would give."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.answer = answer


def decode_answer(message: bytes) -> Answer:
    """A message of the browser for the proxy itself; lone surrogates in it become U+FFFD.

    Raises:
        msgspec.DecodeError: it is none, which no Chromium sends.
    """
    return _tolerant(_decode_answer, message)


def decode_target_event(message: bytes) -> TargetEvent:
    """An event of the Target domain for a client; as `decode_answer`."""
    return _tolerant(_decode_target_event, message)


def _tolerant(decode: Callable[[bytes], T], message: bytes) -> T:
    try:
        return decode(message)
    except msgspec.DecodeError:
        mended = mend_surrogates(message)
        if mended == message:
            raise
        return decode(mended)


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
    except (msgspec.DecodeError, RecursionError):
        command = _decode_odd(message)
    else:
        count = message.count
        if (
            count(b'"id"') > 1
            or count(b'"method"') > 1
            or count(b'"sessionId"') > 1
            or count(b'"params"') > 1
        ):
            _check_keys(message, command)
    try:
        json_text.check_nesting(message)
    except ValueError as error:
        raise Malformed(_answer(command.id, PARSE_ERROR, f"JSON: {error}")) from error
    return command


def is_own_answer(message: bytes) -> bool:
    """Whether a message is the answer to a command of the proxy's own, by its id."""
    found = _TEN_DIGITS(message)
    return found is not None and int(found[1]) < CDP_ID_MIN


def target_id_of(command: Command) -> str:
    """The `targetId` among a command's params; empty when there is none."""
    try:
        return _decode_target(command.params or b"{}").target_id
    except msgspec.DecodeError:
        return ""


def _decode_odd(message: bytes) -> Command:
    """What msgspec does not take: a lone surrogate, which JavaScript writes and Chromium reads.

    Raises:
        Malformed: or else it is no command.
    """
    reader = TreeReader()
    try:
        tree = reader.read(message)
    except TooLarge as error:
        raise Malformed(_answer_to(message, PARSE_ERROR, f"JSON: {error}")) from error
    except (ValueError, RecursionError) as error:
        raise Malformed(_answer_to(message, PARSE_ERROR, "JSON: not readable")) from error
    command_id = tree.get("id") if isinstance(tree, dict) else None
    if reader.fault or reader.repeats:
        text = f"JSON: {reader.fault or 'a key is repeated'}"
        raise Malformed(_answer(command_id, PARSE_ERROR, text))
    if not isinstance(tree, dict):
        raise Malformed(_answer(None, INVALID_REQUEST, "Message must be an object"))
    if "params" in tree:
        tree["params"] = Raw(json.dumps(tree["params"]).encode())
    try:
        return msgspec.convert(tree, Command)
    except msgspec.ValidationError as error:
        raise Malformed(_answer(command_id, INVALID_REQUEST, _fault_in(tree))) from error


_NO_ID: Final = "Message must have integer 'id' property"
_NO_METHOD: Final = "Message must have string 'method' property"


def _fault_in(tree: dict[str, object]) -> str:
    """What makes it no command: the first fault, in the words of Chromium's dispatcher."""
    for name, value in tree.items():
        if name == "id" and not _is_id(value):
            return _NO_ID
        if name == "method" and not isinstance(value, str):
            return _NO_METHOD
        if name == "sessionId" and not isinstance(value, str):
            return "Message may have string 'sessionId' property"
        if name not in {"id", "method", "sessionId", "params"}:
            return "Message has property other than 'id', 'method', 'sessionId', 'params'"
    return _NO_METHOD if "id" in tree else _NO_ID


def _is_id(value: object) -> bool:
    return type(value) is int and CDP_ID_MIN <= value <= CDP_ID_MAX


def _check_keys(message: bytes, command: Command) -> None:
    """Refuse repeated top-level keys, as Chromium does, and bytes that are no text.

    Of keys that repeat the last one counts: all that stands outside its `params` is top level, or
    params that are repeated themselves. No other value is more than a number or a string.
    """
    try:
        message.decode()
    except UnicodeDecodeError as error:
        raise Malformed(_answer(command.id, PARSE_ERROR, "JSON: not readable")) from error
    params = bytes(command.params)
    if any(message.count(key) - params.count(key) > 1 for key in _KEYS):
        raise Malformed(_answer(command.id, PARSE_ERROR, "JSON: a key is repeated"))


def _answer_to(message: bytes, code: int, text: str) -> bytes:
    """An error answer with the message's id, if that can be read."""
    try:
        return _answer(_decode_numbered(message).id, code, text)
    except (msgspec.DecodeError, RecursionError):
        return _answer(None, code, text)


def _answer(command_id: object, code: int, text: str) -> bytes:
    answer: dict[str, object] = {"error": {"code": code, "message": text}}
    if _is_id(command_id):
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


def make_raw_command(
    command_id: int, method: str, params: bytes, cdp_session_id: str | None = None
) -> bytes:
    """A command whose params are JSON text already; empty for none."""
    message: dict[str, object] = {"id": command_id, "method": method}
    if params:
        message["params"] = Raw(params)
    if cdp_session_id is not None:
        message["sessionId"] = cdp_session_id
    return msgspec.json.encode(message)


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
