"""Which CDP events one channel has asked for, and on which tabs their domains are enabled."""

from __future__ import annotations

from collections.abc import Iterable


def domain_of(name: str) -> str:
    """`Network` of `Network.requestWillBeSent`, and of `Network` itself."""
    return name.partition(".")[0]


class Subscriptions:
    """Events by name or by domain, for one tab or (None) for all."""

    def __init__(self) -> None:
        self._wanted: set[tuple[str, str | None]] = set()
        self._enabled: dict[str, set[str]] = {}

    def add(self, names: Iterable[str], target_id: str | None) -> tuple[str, ...]:
        """Ask for events; those names that are new."""
        new = tuple(name for name in names if (name, target_id) not in self._wanted)
        self._wanted.update((name, target_id) for name in new)
        return new

    def remove(self, names: Iterable[str], target_id: str | None) -> None:
        """Ask no more; what was asked for by another name, or for another tab, stays."""
        self._wanted.difference_update({(name, target_id) for name in names})

    def wants(self, method: str, target_id: str | None) -> bool:
        """Whether an event is to be reported; `target_id` None: it is of no tab."""
        names = (method, domain_of(method))
        return any((name, tab) in self._wanted for name in names for tab in (target_id, None))

    def enabled(self, target_id: str, domains: Iterable[str]) -> None:
        """These domains of a tab are being enabled."""
        self._enabled.setdefault(target_id, set()).update(domains)

    def __len__(self) -> int:
        """How many names have been asked for."""
        return len(self._wanted)

    def keep(self, open_tabs: Iterable[str]) -> None:
        """Forget what was enabled on tabs that have closed."""
        still = set(open_tabs)
        self._enabled = {tab: names for tab, names in self._enabled.items() if tab in still}

    def news_for(self, target_id: str) -> set[str]:
        """Domains that a tab should report and has not been asked to."""
        wanted = {domain_of(name) for name, tab in self._wanted if tab in (target_id, None)}
        return wanted - self._enabled.get(target_id, set())
