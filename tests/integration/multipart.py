"""Forms with files, as curl makes them (RFC 7578)."""

from __future__ import annotations

BOUNDARY = "a-boundary-of-these-tests"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(*files: tuple[str, bytes]) -> bytes:
    """The body for files of these names and contents."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
