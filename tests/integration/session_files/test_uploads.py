"""Uploads to a session: where they are kept, and the pages that choose them."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.integration.cdp import CdpClient, CdpError, Page
from tests.integration.conftest import NewSession
from tests.integration.multipart import CONTENT_TYPE, form
from tests.integration.session_files.files import (
    INPUT,
    MEBIBYTE,
    Files,
    chosen,
    split,
)
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS

UPLOAD_MEBIBYTES = 50


def test_an_upload_reaches_a_page_through_its_path(files: Files, page: Page) -> None:
    content = os.urandom(3 * MEBIBYTE)

    first, second = files.upload(("data ü.bin", content), ("data ü.bin", b"other"))

    assert [first["name"], second["name"]] == ["data ü.bin", "data ü (1).bin"]
    assert [first["size"], second["size"]] == [len(content), 5]
    assert chosen(page, first["path"]) == {
        "name": "data ü.bin",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_an_upload_of_fifty_megabytes_is_not_held_in_memory(files: Files, page: Page) -> None:
    location = files.redirect("POST", "uploads").headers["location"]
    container = files.stack.container()
    before = container.memory_info().rss
    seen: list[int] = []

    digest, answer = send_large(location, lambda: seen.append(container.memory_info().rss))

    assert max(seen) - before < 16 * MEBIBYTE
    assert container.memory_info().rss - before < 16 * MEBIBYTE
    (file,) = answer["files"]
    assert file["size"] == UPLOAD_MEBIBYTES * MEBIBYTE
    read = chosen(page, file["path"])
    assert (read["size"], read["sha256"]) == (file["size"], digest)


def send_large(location: str, look: Callable[[], None]) -> tuple[str, Any]:
    """Send a form in pieces of 1 MiB, looking after each; its digest, and the answer."""
    base, target = split(location)
    head, _, tail = form(("large.bin", b"<>")).partition(b"<>")
    digest = hashlib.sha256()
    with closing(
        http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE_SECONDS)
    ) as sender:
        sender.putrequest("POST", target)
        sender.putheader("Content-Type", CONTENT_TYPE)
        size = len(head) + UPLOAD_MEBIBYTES * MEBIBYTE + len(tail)
        sender.putheader("Content-Length", str(size))
        sender.endheaders()
        sender.send(head)
        for number in range(UPLOAD_MEBIBYTES):
            piece = hashlib.shake_128(str(number).encode()).digest(MEBIBYTE)
            digest.update(piece)
            sender.send(piece)
            look()
        sender.send(tail)
        response = sender.getresponse()
        body = response.read()
        assert response.status == 200, body
        look()
        return digest.hexdigest(), json.loads(body)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../escape.txt", "escape.txt"),
        ("/etc/cron.d/job", "job"),
        ("C:\\\\dir\\\\win.txt", "win.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_an_upload_stays_in_its_folder_whatever_its_name(
    files: Files, sent: str, kept: str
) -> None:
    (file,) = files.upload((sent, b"content"))

    assert file["name"] == kept
    path = Path(file["path"])
    assert (path.parent.name, path.name) == ("uploads", kept)
    assert path.read_bytes() == b"content"


def test_links_in_the_way_of_an_upload_are_not_followed(files: Files, tmp_path: Path) -> None:
    folder = files.folder("uploads")
    target = tmp_path / "target"
    (folder / "name.txt").symlink_to(target)

    (file,) = files.upload(("name.txt", b"content"))

    assert file["name"] == "name (1).txt"
    assert not target.exists()
    assert (folder / "name.txt").is_symlink()


def test_a_folder_in_place_of_the_uploads_folder_gets_nothing(files: Files, tmp_path: Path) -> None:
    folder = files.folder("uploads")
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(tmp_path)

    answer = files.upload_answer(form(("name.txt", b"content")))

    assert answer.status == 410
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives browsers users of their own")
def test_the_browser_may_read_uploads_and_not_write_them(files: Files) -> None:
    (file,) = files.upload(("name.txt", b"content"))
    path = Path(file["path"])

    assert path.stat().st_uid == path.parent.stat().st_uid == 0
    assert path.stat().st_gid == path.parents[1].stat().st_uid
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.parent.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("path", ["/etc/hostname", "relative.txt", "/proc/self/environ"])
def test_a_path_outside_the_sessions_folders_is_refused(
    files: Files, page: Page, path: str
) -> None:
    page.evaluate(INPUT)
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    node_id = page.call("DOM.querySelector", {"nodeId": root, "selector": "input"})["nodeId"]

    with pytest.raises(CdpError, match="upload it to the session first"):
        page.call("DOM.setFileInputFiles", {"files": [path], "nodeId": node_id})


def test_one_sessions_upload_is_not_anothers(
    stack: Stack, files: Files, new_session: NewSession
) -> None:
    (file,) = files.upload(("mine.txt", b"mine"))
    with CdpClient(new_session().connect_url) as client, pytest.raises(CdpError):
        chosen(client.page(), file["path"])


@pytest.mark.parametrize("body", [form()[:-2], b"no form", form(("a", b"b"))[:-20], b""])
def test_a_form_that_is_none_is_refused_and_leaves_nothing(files: Files, body: bytes) -> None:
    folder = files.folder("uploads")

    answer = files.upload_answer(body)

    assert answer.status == 400
    assert [path.name for path in folder.iterdir()] == ["where.txt"]
