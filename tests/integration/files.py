"""A file worth uploading."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

LARGE_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file and what is known of it."""

    path: Path
    size: int
    sha256: str


def make_large_file(folder: Path) -> LargeFile:
    """20 MiB that do not compress and do not change from run to run."""
    content = hashlib.shake_128(b"upload").digest(LARGE_BYTES)
    path = folder / "large.bin"
    path.write_bytes(content)
    return LargeFile(path, len(content), hashlib.sha256(content).hexdigest())
