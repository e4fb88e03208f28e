"""A session's files as its owner reaches them, through REST and through its pages."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page as PlaywrightPage
from playwright.sync_api import sync_playwright

from tests.integration.api import Answer, RemoteBrowser, request
from tests.integration.cdp import Page
from tests.integration.multipart import CONTENT_TYPE, form
from tests.integration.stack import Stack
from tests.integration.waiting import wait_until

MEBIBYTE = 1024 * 1024
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
        """The names of so many downloads; a file may be there before Chromium has told its name."""

        def told() -> list[str] | None:
            names = self.names()
            return names if len(names) == count and all("." in name for name in names) else None

        return wait_until(told, f"{count} finished downloads")

    def upload(self, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        answer = self.upload_answer(form(*files))
        assert answer.status == 200, answer.text
        return list(answer.json()["files"])

    def upload_answer(self, body: bytes) -> Answer:
        return self.direct("POST", "uploads", body, Content_Type=CONTENT_TYPE)

    def folder(self, kind: str) -> Path:
        """The session's folder on disk, known by the path of an upload."""
        (file,) = self.upload(("where.txt", b"here"))
        return Path(file["path"]).parents[1] / kind


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


def chosen(page: Page, path: str) -> Any:
    """What the page reads after a file has been chosen in its input."""
    page.evaluate(INPUT)
    root = page.call("DOM.getDocument")["root"]["nodeId"]
    params = {"nodeId": root, "selector": "input"}
    node_id = page.call("DOM.querySelector", params)["nodeId"]
    page.call("DOM.setFileInputFiles", {"files": [path], "nodeId": node_id})
    return page.evaluate(READ_FILE)
