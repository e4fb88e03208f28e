from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.connection import Connection

from shared.resp import Argument, ProtocolError, Reply, ReplyError, encode_command, read_reply

ARGUMENTS = st.one_of(st.binary(), st.text(), st.integers(), st.floats(allow_nan=False))


@given(st.lists(ARGUMENTS, min_size=1, max_size=6))
def test_commands_are_written_as_redis_py_writes_them(parts: list[Argument]) -> None:
    # Its packer treats the first word alone as text that may hold spaces.
    theirs = b"".join(Connection().pack_command("SET", *parts))

    assert encode_command(("SET", *parts)) == theirs


@pytest.mark.parametrize("part", [True, None, [b"x"], {}])
def test_what_redis_has_no_word_for_is_not_sent(part: object) -> None:
    with pytest.raises(TypeError, match="bytes, text and numbers"):
        encode_command(("SET", part))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wire", "reply"),
    [
        (b"+OK\r\n", b"OK"),
        (b":-7\r\n", -7),
        (b"$3\r\na\r\n\r\n", b"a\r\n"),
        (b"$0\r\n\r\n", b""),
        (b"$-1\r\n", None),
        (b"*-1\r\n", None),
        (b"*0\r\n", []),
        (b"*3\r\n$1\r\nk\r\n*2\r\n:1\r\n$-1\r\n+PONG\r\n", [b"k", [1, None], b"PONG"]),
    ],
)
def test_replies_are_read(wire: bytes, reply: Reply) -> None:
    stream = io.BytesIO(wire + b"+next\r\n")

    assert read_reply(stream) == reply
    assert read_reply(stream) == b"next"


def test_an_error_is_a_value_with_its_kind() -> None:
    (error,) = read_reply(io.BytesIO(b"*1\r\n-NOSCRIPT No matching script.\r\n"))  # type: ignore[misc]

    assert isinstance(error, ReplyError)
    assert error.kind == "NOSCRIPT"
    assert str(error) == "NOSCRIPT No matching script."


@pytest.mark.parametrize(
    "wire", [b"", b"+OK", b"+OK\n", b"$5\r\nab\r\n", b"$2\r\nabXY", b"$x\r\n", b"HTTP/1.1 400\r\n"]
)
def test_what_is_no_whole_reply_ends_the_connection(wire: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_reply(io.BytesIO(wire))
