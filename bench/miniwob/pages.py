"""The benchmark's pages: unpacked from the pinned wheel, served on loopback."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from bench.edition import ROOT

if TYPE_CHECKING:
    from _typeshed import StrPath

_REQUIREMENTS = ROOT / "requirements" / "miniwob.txt"
_CACHE = ROOT / ".wallcrawler" / "miniwob"
_HTML = "miniwob/html/"
_DOWNLOAD_SECONDS = 120


def unpacked() -> Path:
    """The folder of the pages, fetched once into a folder of this checkout that git ignores.

    The wheel alone is downloaded: what it needs to run (Selenium, NumPy …) is not wanted here.
    """
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:16]
    folder = _CACHE / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "unpacked").exists():
            _fetch(folder)
            (folder / "unpacked").touch()
    return folder / _HTML


def task_names(html: Path) -> list[str]:
    """Every task that has a page of its own."""
    return sorted(page.stem for page in (html / "miniwob").glob("*.html"))


@contextmanager
def served(html: Path) -> Iterator[str]:
    """Serve the pages; yields the address that a task's name and `.html` are put behind."""
    handler = functools.partial(_Pages, directory=str(html))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/miniwob/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _fetch(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
         "--only-binary", ":all:", "--dest", str(folder), "--requirement", str(_REQUIREMENTS)],
        check=True, timeout=_DOWNLOAD_SECONDS, stdout=sys.stderr,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [n for n in archive.namelist() if n.startswith(_HTML)])


class _Pages(SimpleHTTPRequestHandler):
    def guess_type(self, path: StrPath) -> str:
        kind = super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind == "text/html" else kind  # the pages do not say so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - overrides
        """Quiet."""
