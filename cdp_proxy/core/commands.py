"""CDP commands newer than PyCDP's types, in its generator shape."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")
CdpCommand = Generator[dict[str, Any], dict[str, Any], T]
"""A command as PyCDP makes them: yields `{"method", "params"?}`, is sent the result, returns it
decoded."""


def set_download_behavior(folder: str) -> CdpCommand[None]:
    """`Browser.setDownloadBehavior`: downloads go to `folder` under their GUIDs, with events."""
    params = {"behavior": "allowAndName", "downloadPath": folder, "eventsEnabled": True}
    yield {"method": "Browser.setDownloadBehavior", "params": params}


def set_locale_override(locale: str) -> CdpCommand[None]:
    """`Emulation.setLocaleOverride`: `Intl`'s default locale, as ICU spells it (`de_DE`)."""
    yield {"method": "Emulation.setLocaleOverride", "params": {"locale": locale}}


def discover_tabs() -> CdpCommand[None]:
    """`Target.setDiscoverTargets` for pages alone."""
    params = {"discover": True, "filter": [{"type": "page"}]}
    yield {"method": "Target.setDiscoverTargets", "params": params}


def attach_frames() -> CdpCommand[None]:
    """`Target.setAutoAttach` for out-of-process iframes alone, which need not wait."""
    params = {
        "autoAttach": True,
        "waitForDebuggerOnStart": False,
        "flatten": True,
        "filter": [{"type": "iframe"}],
    }
    yield {"method": "Target.setAutoAttach", "params": params}
