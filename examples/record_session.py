"""Records a session as one of its viewers, until it ends: record_session.py LIVE_URL FILE.mkv

LIVE_URL is the session's liveUrl. The file is Motion JPEG in Matroska, each picture with its time;
it plays in VLC, mpv and whatever ffmpeg is in, and is whole whenever the recording stops.
"""

import json
import struct
import sys
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect  # pip install websockets

live_url, path = sys.argv[1:]


def element(name, *contents):
    """EBML (RFC 8794): name, size, contents."""
    content = b"".join(contents)
    return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def number(name, value):
    return element(name, value.to_bytes(8, "big"))


def head(width, height):
    """RFC 9559: one track of JPEGs, times in milliseconds, a segment that ends with the file."""
    picture = element("E0", number("B0", width), number("BA", height))
    track = (number("D7", 1), number("73C5", 1), number("83", 1), element("86", b"V_MJPEG"))
    programs = element("4D80", b"wallcrawler"), element("5741", b"wallcrawler")
    return (
        element("1A45DFA3", element("4282", b"matroska"), number("4287", 4), number("4285", 2))
        + bytes.fromhex("18538067 01FFFFFFFFFFFFFF")
        + element("1549A966", number("2AD7B1", 1_000_000), *programs)
        + element("1654AE6B", element("AE", *track, picture))
    )


socket_url = live_url.replace("http", "ws", 1).replace("/live?", "/internal/ws?", 1)
with connect(socket_url, max_size=None) as socket, Path(path).open("wb") as file:
    socket.send(json.dumps({"type": "START_SCREENCAST", "id": 1}))
    began = None
    try:
        while True:
            message = socket.recv()
            if isinstance(message, str):
                continue
            _, _, _, _, captured_at, width, height = struct.unpack_from(">BBHIdHH", message)
            if began is None:
                began = captured_at
                file.write(head(width, height))
            at = number("E7", round(1000 * (captured_at - began)))
            file.write(element("1F43B675", at, element("A3", b"\x81\0\0\x80", message[20:])))
            file.flush()
    except ConnectionClosed as end:
        print("recorded:", end.rcvd.reason if end.rcvd else "the connection was lost")
