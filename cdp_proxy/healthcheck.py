"""`python -m cdp_proxy.healthcheck`: exits with 0 when the container beside it is healthy.

For the health checks of Docker and ECS, which run a program inside the container; there is no curl
in the image. Imports little, since it starts every few seconds.
"""

from __future__ import annotations

import socket
import sys

from cdp_proxy.config import own_address

_TIMEOUT_SECONDS = 4.0
"""Below the health check's own, so that the reason gets out."""
_STATUS_LINE_BYTES_MAX = 200


def main() -> int:
    """Ask `/health`; what is wrong goes to stderr."""
    try:
        status = ask(own_address())
    except OSError as error:
        status = str(error)
    if status == "200":
        return 0
    sys.stderr.write(f"/health: {status}\n")
    return 1


def ask(address: tuple[str, int]) -> str:
    """The status code of `/health`, as text.

    Raises:
        OSError: nobody answers there.
    """
    with socket.create_connection(address, _TIMEOUT_SECONDS) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as answer:
            line = answer.readline(_STATUS_LINE_BYTES_MAX).decode("latin-1")
    return [*line.split(), "", "no answer"][1]


if __name__ == "__main__":
    sys.exit(main())
