"""Names of files that somebody else has chosen: a page, its server, or a client's form."""

from __future__ import annotations

from collections.abc import Container
from pathlib import PurePosixPath

from shared.limits import FILE_NAME_BYTES_MAX

_NAMELESS = "file"
_SUFFIX_BYTES_MAX = 20
"""A longer "suffix" is not one, and may be cut like the rest of the name."""


def safe_name(name: str) -> str:
    """A name for one file in one folder, as close to `name` as may be.

    Only its last component counts (some clients send whole paths, with either slash). It has no
    separator, control character or lone surrogate, no leading dot, and at most
    `FILE_NAME_BYTES_MAX` bytes in UTF-8; its suffix survives the cut.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(char if char.isprintable() else "_" for char in last)
    return _cut(printable.strip().lstrip(". ")) or _NAMELESS


def distinct_name(name: str, taken: Container[str]) -> str:
    """`name`, or `name (1)` and so on before its suffix, whichever is not `taken`."""
    path = PurePosixPath(name)
    candidate, number = name, 0
    while candidate in taken:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    return candidate


def _cut(name: str) -> str:
    if len(name.encode()) <= FILE_NAME_BYTES_MAX:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > _SUFFIX_BYTES_MAX:
        suffix = ""
    room = FILE_NAME_BYTES_MAX - len(suffix.encode())
    stem = name.removesuffix(suffix).encode()[:room]
    return stem.decode(errors="ignore") + suffix
