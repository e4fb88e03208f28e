"""The tabs of a session, in the order they were opened, and which of them is the active one.

Chromium without a window has no focused tab: active is the newest, until somebody chooses another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from cdp_proxy.core.messages import Answer


class TabInfo(Struct, frozen=True, rename="camel"):
    """A tab as Chromium describes it (`Target.TargetInfo`)."""

    target_id: str
    type: str
    title: str
    url: str
    opener_id: str | None = None


class _Described(Struct, frozen=True, rename="camel"):
    target_info: TabInfo


@dataclass(frozen=True, slots=True)
class _Gone:
    targetId: str  # noqa: N815


_decode_described = msgspec.json.Decoder(_Described).decode
_decode_gone = msgspec.json.Decoder(_Gone).decode


class Tabs:
    """What is known of the tabs from `Target.setDiscoverTargets` of pages."""

    def __init__(self) -> None:
        self._tabs: dict[str, TabInfo] = {}
        self._order: list[str] = []
        """Ids, the active one last."""

    def receive(self, event: Answer) -> None:
        """Follow an event of the Target domain; others are ignored."""
        match event.method:
            case "Target.targetCreated" | "Target.targetInfoChanged":
                info = _decode_described(event.params).target_info
                if info.type != "page":
                    return
                if info.target_id not in self._tabs:
                    self._order.append(info.target_id)
                self._tabs[info.target_id] = info
            case "Target.targetDestroyed":
                gone = _decode_gone(event.params).targetId
                if self._tabs.pop(gone, None) is not None:
                    self._order.remove(gone)

    def retitle(self, infos: Iterable[Mapping[str, object]]) -> bool:
        """Learn the titles of the tabs that are known; whether one is another now.

        Chromium tells of a tab when it navigates, but not when its page has got a title.
        """
        changed = False
        for described in infos:
            info = msgspec.convert(described, TabInfo)
            if info.target_id in self._tabs and self._tabs[info.target_id].title != info.title:
                self._tabs[info.target_id] = info
                changed = True
        return changed

    def choose(self, target_id: str) -> None:
        """Make an open tab the active one."""
        self._order.remove(target_id)
        self._order.append(target_id)

    def get(self, target_id: str) -> TabInfo | None:
        """An open tab."""
        return self._tabs.get(target_id)

    def opened_by(self, opener_id: str, target_id: str) -> bool:
        """Whether one tab has opened another."""
        info = self._tabs.get(target_id)
        return info is not None and info.opener_id == opener_id

    @property
    def active(self) -> TabInfo | None:
        """The tab that is acted on when none is named; None when none is open."""
        return self._tabs[self._order[-1]] if self._order else None

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all open tabs, in the order they were opened."""
        return tuple(self._tabs)
