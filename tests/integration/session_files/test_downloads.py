"""Downloads of a session, made by real browsers and fetched through REST."""

from __future__ import annotations

import http.client
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

import pytest

from tests.integration.cdp import Page
from tests.integration.node_client import NodeClient
from tests.integration.session_files.files import (
    MEBIBYTE,
    Files,
    playwright_page,
    save_as,
    split,
    unpacked,
)
from tests.integration.site import Site, download_body
from tests.integration.stack import Stack
from tests.integration.waiting import PATIENCE_SECONDS, wait_until


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
    with closing(
        http.client.HTTPConnection(urlsplit(base).netloc, timeout=PATIENCE_SECONDS)
    ) as reader:
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
