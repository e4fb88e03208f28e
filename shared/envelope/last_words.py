"""What clients are told that no container serves any more, whoever tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.envelope import error_message
from shared.envelope.incoming import MessageId
from shared.envelope.outgoing import ErrorMessage, Outgoing, SessionEnded
from shared.errors import ContainerLost, Unauthorized
from shared.session_state import EndReason
from shared.tokens import EXPIRED


def last_words(
    waiting: Iterable[MessageId], reason: EndReason | None = EndReason.CONTAINER_LOST
) -> Iterator[Outgoing]:
    """An error for each message that waits for its answer, and the end.

    Args:
        waiting: ids of the messages.
        reason: why the session has ended; None: it has not, but the connection's token has expired.
    """
    if reason is None:
        yield from expired(waiting)
        return
    lost = ContainerLost(
        "The session's container is gone, and the session with it. What you asked for may have"
        " been done or not. Create another session."
    )
    for message_id in waiting:
        yield error_message(message_id, lost)
    yield SessionEnded(reason=reason.value, message=reason.text)


def expired(waiting: Iterable[MessageId]) -> Iterator[ErrorMessage]:
    """What is said to a connection whose token has expired, before it is closed."""
    void = Unauthorized(EXPIRED)
    for message_id in [*waiting, None]:
        yield error_message(message_id, void)
