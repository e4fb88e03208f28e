"""Whose files they are, how they are asked for, and until when."""

from __future__ import annotations

from tests.integration.api import RemoteBrowser, request
from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession
from tests.integration.session_files.files import Files, chosen, save_as, split, unpacked
from tests.integration.site import Site
from tests.integration.stack import Stack


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
