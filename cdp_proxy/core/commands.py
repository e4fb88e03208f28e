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
