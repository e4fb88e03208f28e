"""Small images in one file, as `docker save` writes them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CONFIG = {"User": "10001:10001", "Cmd": ["true"]}


def make_layer(files: Mapping[str, bytes]) -> bytes:
    """A layer's archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as layer:
        for name, content in files.items():
            _add(layer, name, content)
    return made.getvalue()


def save_image(path: Path, layers: Sequence[bytes], *, compressed: bool = False) -> None:
    """Write the image."""
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    image = {"rootfs": {"type": "layers", "diff_ids": digests}, "config": CONFIG}
    names = [f"{number}.tar" for number in range(len(layers))]
    with tarfile.open(path, "w") as archive:
        _add(archive, "manifest.json", json.dumps([{"Config": "c", "Layers": names}]).encode())
        _add(archive, "c", json.dumps(image).encode())
        for name, layer in zip(names, layers, strict=True):
            _add(archive, name, gzip.compress(layer) if compressed else layer)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
