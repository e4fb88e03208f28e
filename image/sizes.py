"""How large the layers of an image are: on disk, and on the wire."""

from __future__ import annotations

import json
import subprocess
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from image.commands import Failed

LAYERS = ("browser, its libraries, fonts", "Python, its packages", "cdp_proxy, shared")
"""What the Dockerfile's last stage copies, lowest first."""
_GZIP = 31
"""zlib's window bits that make it write gzip's format, as registries are sent."""
_LEVEL = 6
"""What docker, podman and buildah push with."""
_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, lowest first."""

    digest: str
    """As the image's configuration has it: SHA-256 of the uncompressed archive."""
    bytes: int
    """Of the uncompressed archive."""
    compressed_bytes: int
    """By gzip."""
    what: str
    """What is in it."""


class Archive:
    """An image in one file, as `docker save` writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with tarfile.open(path) as archive:
            (manifest,) = json.load(_member(archive, "manifest.json"))
            self.names: list[str] = manifest["Layers"]
            self.image: dict[str, Any] = json.load(_member(archive, manifest["Config"]))
        """The image's configuration and history."""

    def layers(self) -> list[Layer]:
        """Measure them, several at once; takes seconds."""
        digests = self.image["rootfs"]["diff_ids"]
        with ThreadPoolExecutor() as pool:
            sizes = list(pool.map(self._measure, self.names))
        return [
            Layer(digest, *size, what)
            for digest, size, what in zip(digests, sizes, LAYERS, strict=True)
        ]

    def unpack(self, folder: Path) -> None:
        """Make the root file system, with its owners; root only.

        Raises:
            Failed: tar could not.
        """
        for name in self.names:
            command = [
                "tar",
                "--extract",
                "--numeric-owner",
                "--same-owner",
                "-p",
                "-C",
                str(folder),
            ]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as tar:
                assert tar.stdin is not None  # noqa: S101 (as asked for)
                with tarfile.open(self._path) as archive, tar.stdin as entrance:
                    for chunk in _plain_chunks(_member(archive, name)):
                        entrance.write(chunk)
            if tar.returncode != 0:
                raise Failed(f"tar failed (exit code {tar.returncode}); its own words are above.")

    def _measure(self, name: str) -> tuple[int, int]:
        size = compressed = 0
        gzip = zlib.compressobj(_LEVEL, wbits=_GZIP)
        with tarfile.open(self._path) as archive:
            for chunk in _plain_chunks(_member(archive, name)):
                size += len(chunk)
                compressed += len(gzip.compress(chunk))
        return size, compressed + len(gzip.flush())


def table(layers: Sequence[Layer]) -> str:
    """The sizes for people, in MB of 10^6 bytes."""
    lines = ["       MB   gzip MB  layer"]
    lines += [_line(layer.bytes, layer.compressed_bytes, layer.what) for layer in layers]
    lines.append(
        _line(
            sum(layer.bytes for layer in layers),
            sum(layer.compressed_bytes for layer in layers),
            "all",
        )
    )
    return "\n".join(lines) + "\n"


def _line(size: int, compressed: int, what: str) -> str:
    return f"{size / 1e6:9.1f} {compressed / 1e6:9.1f}  {what}"


def _plain_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The archive's bytes; some engines save layers that are compressed already."""
    chunk = stream.read(_CHUNK_BYTES)
    inflate = zlib.decompressobj(_GZIP) if chunk.startswith(_GZIP_MAGIC) else None
    while chunk:
        yield chunk if inflate is None else inflate.decompress(chunk)
        chunk = stream.read(_CHUNK_BYTES)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    stream = archive.extractfile(name)
    if stream is None:
        raise ValueError(f"{name} of the image is no file")
    return stream
