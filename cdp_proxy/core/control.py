"""Take-over: while a human holds a session, everybody else's mutating commands wait.

1. The session belongs to the agent: everybody may do everything.
2. A human takes it, for a time. What other clients send to change the page waits, in order; what
   only reads goes through.
3. The human hands it back, or the time is over: what waits goes on. What has waited too long is
   refused, one by one; nobody is disconnected.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, TypeVar

from shared.limits import CONTROL_WAIT_SECONDS, CONTROL_WAITING_BYTES_MAX, CONTROL_WAITING_MAX

HELD_TEXT: Final = "CONTROL_HELD: a human holds this session; try again when it is handed back."

MUTATING_DOMAINS: Final = frozenset({"Input", "DOMStorage", "IndexedDB", "CacheStorage"})
"""Domains that change the page or its data with nearly all of their commands."""
MUTATING: Final = frozenset(
    {
        *("Page.navigate", "Page.reload", "Page.navigateToHistoryEntry", "Page.close"),
        *("Page.stopLoading", "Page.handleJavaScriptDialog", "Page.setDocumentContent"),
        *("Page.bringToFront", "Page.crash", "Page.setWebLifecycleState"),
        *("Page.resetNavigationHistory", "Browser.close"),
        *("Target.createTarget", "Target.closeTarget", "Target.activateTarget"),
        *("Target.disposeBrowserContext", "Target.sendMessageToTarget"),
        *("Browser.setWindowBounds", "Browser.setContentsSize", "Browser.executeBrowserCommand"),
        *("DOM.setFileInputFiles", "DOM.setAttributeValue", "DOM.setAttributesAsText"),
        *("DOM.removeAttribute", "DOM.removeNode", "DOM.setNodeName", "DOM.setNodeValue"),
        *("DOM.setOuterHTML", "DOM.moveTo", "DOM.copyTo", "DOM.undo", "DOM.redo", "DOM.focus"),
        *("Network.setCookie", "Network.setCookies", "Network.deleteCookies"),
        *("Network.clearBrowserCookies", "Network.clearBrowserCache"),
        *("Storage.setCookies", "Storage.clearCookies", "Storage.clearDataForOrigin"),
        *("Storage.clearDataForStorageKey", "Autofill.trigger"),
    }
)  # fmt: skip
_READING: Final = frozenset(
    {
        *("DOMStorage.enable", "DOMStorage.disable", "DOMStorage.getDOMStorageItems"),
        *("IndexedDB.enable", "IndexedDB.disable", "IndexedDB.requestDatabaseNames"),
        *("IndexedDB.requestDatabase", "IndexedDB.requestData", "IndexedDB.getMetadata"),
        *("CacheStorage.requestCacheNames", "CacheStorage.requestCachedResponse"),
        *("CacheStorage.requestEntries", "Input.setIgnoreInputEvents", "Input.setInterceptDrags"),
    }
)


def is_mutating(method: str) -> bool:
    """Whether a command changes what a human would see and work on.

    Scripts (`Runtime.evaluate` and the like) count as reading: what they do cannot be told.
    """
    return method in MUTATING or (
        method.partition(".")[0] in MUTATING_DOMAINS and method not in _READING
    )


class Holder(Enum):
    """Whose the session is."""

    AGENT = "agent"
    HUMAN = "human"


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item]):
    item: Item
    client: object
    size_bytes: int
    deadline: float


@dataclass(slots=True)
class _Load:
    """What one client has waiting."""

    commands: int = 0
    size_bytes: int = 0


class Control(Generic[Item]):
    """Who holds one session, and what waits meanwhile; times are epoch seconds, passed in."""

    def __init__(self) -> None:
        self.holder = Holder.AGENT
        self.expires_at: float | None = None
        """When the human's time is over."""
        self._waiting: deque[_Waiting[Item]] = deque()
        self._loads: dict[object, _Load] = {}

    @property
    def held(self) -> bool:
        """Whether mutating commands of others wait."""
        return self.holder is Holder.HUMAN

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, now: float, ttl_seconds: float) -> None:
        """A human takes it, or takes more time."""
        self.holder, self.expires_at = Holder.HUMAN, now + ttl_seconds

    def hand_back(self) -> list[Item]:
        """To the agent; what waited, in order, to be done now."""
        self.holder, self.expires_at = Holder.AGENT, None
        released = [waiting.item for waiting in self._waiting]
        self._waiting.clear()
        self._loads.clear()
        return released

    def wait(self, item: Item, client: object, size_bytes: int, now: float) -> bool:
        """Have a mutating command wait.

        Args:
            item: the command.
            client: whose it is; any hashable.
            size_bytes: what keeping it costs.
            now: epoch seconds.

        Returns:
            False when that client has as many or as much waiting as it may: refuse it then.
        """
        load = self._loads.get(client, _Load())
        if (
            load.commands >= CONTROL_WAITING_MAX
            or load.size_bytes + size_bytes > CONTROL_WAITING_BYTES_MAX
        ):
            return False
        load.commands += 1
        load.size_bytes += size_bytes
        self._loads[client] = load
        self._waiting.append(_Waiting(item, client, size_bytes, now + CONTROL_WAIT_SECONDS))
        return True

    def drop(self, client: object) -> bool:
        """Forget what a client that has gone had waiting; whether there was any."""
        if self._loads.pop(client, None) is None:
            return False
        self._waiting = deque(it for it in self._waiting if it.client != client)
        return True

    def overdue(self, now: float) -> list[Item]:
        """What has waited too long; it waits no more: refuse it."""
        late: list[Item] = []
        while self._waiting and self._waiting[0].deadline <= now:
            waiting = self._waiting.popleft()
            late.append(waiting.item)
            load = self._loads[waiting.client]
            load.commands -= 1
            load.size_bytes -= waiting.size_bytes
            if not load.commands:
                del self._loads[waiting.client]
        return late

    def expired(self, now: float) -> bool:
        """Whether the human's time is over: hand back then."""
        return self.expires_at is not None and self.expires_at <= now

    def due(self) -> float | None:
        """When to look again; None while the agent holds it."""
        times = [] if self.expires_at is None else [self.expires_at]
        if self._waiting:
            times.append(self._waiting[0].deadline)
        return min(times, default=None)
