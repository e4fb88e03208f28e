"""What clients are told that no container serves any more, whoever tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.envelope import error_message
from shared.envelope.incoming import MessageId
from shared.envelope.outgoing import Outgoing, SessionEnded
from shared.errors import ContainerLost
from shared.session_state import EndReason


def last_words(
    waiting: Iterable[MessageId], reason: EndReason = EndReason.CONTAINER_LOST
) -> Iterator[Outgoing]:
    """An error for each message that waits for its answer, and the session's end."""
    lost = ContainerLost(
        "The session's container is gone, and the session with it. What you asked for may have"
        " been done or not. Create another session."
    )
    for message_id in waiting:
        yield error_message(message_id, lost)
    yield SessionEnded(reason=reason.value, message=reason.text)
