"""A session's files: downloads fetched and uploads handed in through REST, with real browsers."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page as PlaywrightPage
from playwright.sync_api import sync_playwright

from tests.integration.api import Answer, RemoteBrowser, request
from tests.integration.cdp import CdpClient, CdpError, Page
from tests.integration.conftest import NewSession
from tests.integration.node_client import NodeClient
from tests.integration.site import Site, download_body
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

MEBIBYTE = 1024 * 1024
UPLOAD_MEBIBYTES = 50
BOUNDARY = "a-boundary-of-this-test"
_SECONDS = 60.0

READ_FILE = """
(async () => {
  const file = document.querySelector('input').files[0];
  const bytes = await file.arrayBuffer();
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  const hex = [...new Uint8Array(digest)].map(b => b.toString(16).padStart(2, '0')).join('');
  return {name: file.name, size: file.size, sha256: hex};
})()
"""
INPUT = "document.body.innerHTML = '<input type=file>'; 0"


def save_as(name: str, content: str) -> str:
    """A page's script that downloads something it has made itself."""
    return (
        "(() => { const a = document.createElement('a');"
        f"a.href = URL.createObjectURL(new Blob([{json.dumps(content)}]));"
        f"a.download = {json.dumps(name)}; a.click(); }})()"
    )


class Files:
    """The container's file endpoints as one session's owner uses them."""

    def __init__(self, stack: Stack, browser: RemoteBrowser) -> None:
        self.stack = stack
        self.browser = browser

    def redirect(self, method: str, path: str) -> Answer:
        return self.stack.api.send(method, f"/sessions/{self.browser.id}/{path}")

    def get(self, path: str, method: str = "GET") -> Answer:
        """Through the API and on to where it sends us."""
        answer = self.redirect(method, path)
        assert answer.status == 307, answer.text
        base, target = split(answer.headers["location"])
        return request(base, method, target)

    def direct(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = {"Authorization": f"Bearer {self.browser.token}"}
        target = f"/sessions/{self.browser.id}/{path}"
        return request(self.stack.http_base, method, target, body, {**bearer, **names})

    def listed(self) -> list[dict[str, Any]]:
        answer = self.get("downloads?format=list")
        assert answer.status == 200, answer.text
        return list(answer.json())

    def names(self) -> list[str]:
        return [file["name"] for file in self.listed()]

    def wait_for(self, count: int) -> list[str]:
        return wait_until(
            lambda: names if len(names := self.names()) == count else None,
            f"{count} finished downloads",
        )

    def upload(self, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        answer = self.upload_answer(form(*files))
        assert answer.status == 200, answer.text
        return list(answer.json()["files"])

    def upload_answer(self, body: bytes) -> Answer:
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.direct("POST", "uploads", body, Content_Type=kind)

    def folder(self, kind: str) -> Path:
        """The session's folder on disk, known by the path of an upload."""
        (file,) = self.upload(("where.txt", b"here"))
        return Path(file["path"]).parents[1] / kind


def form(*files: tuple[str, bytes]) -> bytes:
    """A form as curl makes it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def split(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", f"{parts.path}?{parts.query}"


def unpacked(archive: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {info.filename: opened.read(info) for info in opened.infolist()}


@contextmanager
def playwright_page(browser: RemoteBrowser) -> Iterator[PlaywrightPage]:
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(browser.connect_url)
        yield connected.contexts[0].pages[0]
        connected.close()


@pytest.fixture
def files(stack: Stack, new_session: NewSession) -> Files:
    return Files(stack, new_session())


@pytest.fixture
def page(files: Files, site: Site) -> Iterator[Page]:
    """A page of the test site, through a raw client that asks for nothing about downloads."""
    with CdpClient(files.browser.connect_url) as client:
        page = client.page()
        page.navigate(site.url("/plain"))
        yield page


def test_a_playwright_download_is_fetched_by_name_and_in_the_archive(
    files: Files, site: Site
) -> None:
    with playwright_page(files.browser) as page:
        page.goto(site.url("/plain"))
        with page.expect_download() as started:
            page.evaluate("location.href = '/download'")
        assert started.value.failure() is None

        assert files.wait_for(1) == [started.value.suggested_filename] == ["report.bin"]
        one, archive = files.get("downloads/report.bin"), files.get("downloads")

    assert (one.status, one.text) == (200, download_body())
    assert one.headers["x-content-type-options"] == "nosniff"
    assert one.headers["content-disposition"].startswith('attachment; filename="report.bin"')
    assert archive.headers["content-type"] == "application/zip"
    assert unpacked(archive.text) == {"report.bin": download_body()}


def test_a_puppeteer_download_is_fetched_by_name(
    node: NodeClient, files: Files, site: Site
) -> None:
    node.facts("puppeteer", "download", connectUrl=files.browser.connect_url, origin=site.origin)

    (name,) = files.wait_for(1)

    assert files.get(f"downloads/{quote(name)}").text == download_body()


def test_downloads_need_no_command_of_a_client_and_may_have_equal_names(
    files: Files, page: Page
) -> None:
    for number in range(3):
        page.evaluate(save_as("naïve report.txt", f"number {number}"))
        files.wait_for(number + 1)

    names = ["naïve report.txt", "naïve report (1).txt", "naïve report (2).txt"]
    assert files.names() == names
    contents = {name: f"number {number}".encode() for number, name in enumerate(names)}
    assert unpacked(files.get("downloads").text) == contents
    for name, content in contents.items():
        assert files.get(f"downloads/{quote(name)}").text == content
    assert {file["size"] for file in files.listed()} == {8}


def test_a_client_that_leaves_does_not_end_the_downloads_of_others(
    files: Files, page: Page, site: Site
) -> None:
    with playwright_page(files.browser) as other:
        other.goto(site.url("/plain"))
    wait_until(lambda: files.stack.cdp_clients() == 1, "the other client to be gone")

    page.evaluate(save_as("after.txt", "still"))

    assert files.wait_for(1) == ["after.txt"]


def test_a_session_without_downloads_has_an_empty_archive(files: Files) -> None:
    assert unpacked(files.get("downloads").text) == {}
    assert files.listed() == []
    as_json = files.direct("GET", "downloads", Accept="application/json")
    assert as_json.json() == []


def test_a_partial_download_is_not_offered(files: Files) -> None:
    folder = files.folder("downloads")
    (folder / "0b1c.crdownload").write_bytes(b"half")

    assert files.listed() == []
    assert files.get("downloads/0b1c.crdownload").status == 404


@pytest.mark.parametrize(
    "name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "..", "%2fetc%2fpasswd", "a%00b", "%ff"]
)
def test_no_name_leads_out_of_the_folder(files: Files, name: str) -> None:
    answer = files.direct("GET", f"downloads/{name}")

    assert answer.status == 404
    assert answer.json()["code"] == "FILE_NOT_FOUND"


def test_links_among_the_downloads_are_not_followed(files: Files) -> None:
    folder = files.folder("downloads")
    secret = files.stack.state / "secrets.json"
    (folder / "link").symlink_to(secret)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")

    assert files.listed() == []
    assert files.get("downloads/link").status == 404
    assert unpacked(files.get("downloads").text) == {}


def test_a_link_in_place_of_the_downloads_folder_is_not_followed(files: Files) -> None:
    folder = files.folder("downloads")
    shutil.rmtree(folder)
    folder.symlink_to(files.stack.state)

    assert files.listed() == []
    assert files.get("downloads/secrets.json").status == 404


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


def chosen(page: Page, path: str) -> Any:
    """What the page reads after a file has been chosen in its input."""
    page.evaluate(INPUT)
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    params = {"nodeId": root, "selector": "input"}
    node_id = page.call("DOM.querySelector", params)["nodeId"]
    page.call("DOM.setFileInputFiles", {"files": [path], "nodeId": node_id})
    return page.evaluate(READ_FILE, _SECONDS)


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
    with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=_SECONDS)) as sender:
        sender.putrequest("POST", target)
        sender.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
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


def test_files_need_the_sessions_own_token(
    stack: Stack, files: Files, new_session: NewSession
) -> None:
    other = Files(stack, RemoteBrowser(files.browser.id, "", new_session().token))

    for method, path in (("GET", "downloads"), ("POST", "uploads")):
        assert other.direct(method, path).status == 404
        bare = request(stack.http_base, method, f"/sessions/{files.browser.id}/{path}")
        assert bare.status == 401


def test_methods_and_formats_are_checked(files: Files) -> None:
    assert files.direct("DELETE", "downloads").headers["allow"] == "GET, HEAD"
    assert files.direct("GET", "uploads").status == 405
    assert files.direct("GET", "downloads?format=tar").status == 400
    assert files.direct("GET", "nothing").status == 404
    head = files.direct("HEAD", "downloads")
    assert (head.status, head.text) == (200, b"")


def test_files_are_gone_with_their_session(stack: Stack, new_session: NewSession) -> None:
    files = Files(stack, new_session())
    folder = files.folder("uploads")
    location = files.redirect("GET", "downloads").headers["location"]

    stack.api.delete(files.browser.id)

    assert not folder.exists()
    assert files.redirect("GET", "downloads").status == 410
    assert files.redirect("POST", "uploads").error["code"] == "SESSION_ENDED"
    base, target = split(location)
    assert request(base, "GET", target).status == 410


@pytest.fixture
def large_download(files: Files) -> str:
    """The address of a download of 200 MiB."""
    folder = files.folder("downloads")
    owner = folder.stat().st_uid
    large = folder / "large.bin"
    with large.open("wb") as file:
        file.truncate(200 * MEBIBYTE)
    os.chown(large, owner, owner)
    return files.redirect("GET", "downloads/large.bin").headers["location"]


@contextmanager
def fetching(location: str) -> Iterator[http.client.HTTPResponse]:
    """The answer to a request whose body nobody has read yet but for its beginning."""
    base, target = split(location)
    with closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=_SECONDS)) as reader:
        reader.request("GET", target)
        response = reader.getresponse()
        assert response.read(MEBIBYTE) == bytes(MEBIBYTE)
        yield response


def test_a_client_that_reads_slowly_holds_nothing_up(files: Files, large_download: str) -> None:
    container = files.stack.container()
    before = container.memory_info().rss

    with fetching(large_download) as response:
        assert files.names() == ["large.bin"]
        grown = container.memory_info().rss - before
        while piece := response.read(8 * MEBIBYTE):
            assert not any(piece)

    assert response.length == 0
    assert grown < 16 * MEBIBYTE


def test_a_download_under_way_is_cut_off_with_its_session(
    stack: Stack, files: Files, large_download: str
) -> None:
    with fetching(large_download) as response:
        stack.api.delete(files.browser.id)

        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()


def test_full_chromium_downloads_and_uploads_too(full_stack: Stack, site: Site) -> None:
    files = Files(full_stack, full_stack.api.create())
    with CdpClient(files.browser.connect_url) as client:
        page = client.page()
        page.navigate(site.url("/plain"))
        page.evaluate(save_as("naïve report.txt", "content"))
        assert files.wait_for(1) == ["naïve report.txt"]
        (file,) = files.upload(("data ü.bin", b"up"))
        assert chosen(page, file["path"])["name"] == "data ü.bin"

    assert unpacked(files.get("downloads").text) == {"naïve report.txt": b"content"}
    full_stack.api.delete(files.browser.id)
