"""The endpoints on a loopback port; real browsers are in `tests/integration/test_files.py`."""

from __future__ import annotations

import http.client
import io
import json
import socket
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from cdp_proxy.core.policy import Folders
from cdp_proxy.transport.uploads import UploadBudget
from shared.session_state import EndReason
from shared.tokens import Scope
from tests.fakes.front_door import LoopbackDoor, token_of
from tests.fakes.reactor import turn

FORM = {"Content-Type": "multipart/form-data; boundary=xyz"}


def form(name: str, content: bytes, field: str = "file") -> bytes:
    disposition = f'form-data; name="{field}"; filename="{name}"'
    head = f"--xyz\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    return head + content + b"\r\n--xyz--\r\n"


class TestFiles(TestCase):
    async def setUp(self) -> None:
        self.door = LoopbackDoor()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.downloads = Path(temporary.name) / "downloads"
        self.uploads = Path(temporary.name) / "uploads"
        self.downloads.mkdir()
        self.uploads.mkdir(mode=0o750)
        self.session, self.browser = await self.door.open()
        self.browser.folder.folders = Folders(str(self.downloads), str(self.uploads))
        self.path = f"/sessions/{self.door.spec.session_id}"

    async def get(self, path: str, method: str = "GET", **headers: str) -> Any:
        mark = "&" if "?" in path else "?"
        target = f"{self.path}/{path}{mark}token={self.door.token}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.door.get(target, method, **names)

    async def post(self, body: bytes, token: str | None = None) -> tuple[int, Any]:
        def send() -> tuple[int, Any]:
            connection = http.client.HTTPConnection("127.0.0.1", self.door.number, timeout=60)
            try:
                target = f"{self.path}/uploads?token={token or self.door.token}"
                connection.request("POST", target, body, FORM)
                response = connection.getresponse()
                return response.status, json.loads(response.read())
            finally:
                connection.close()

        return await deferToThread(send)

    def head(self, token: str, *headers: str) -> bytes:
        first = f"POST {self.path}/uploads?token={token} HTTP/1.1"
        return "\r\n".join([first, "Host: x", *headers, "", ""]).encode()

    async def post_head(self, token: str, *headers: str) -> Any:
        """Send an upload's head and nothing else; the answer."""

        def exchange() -> Any:
            with socket.create_connection(("127.0.0.1", self.door.number), timeout=10) as client:
                client.sendall(self.head(token, *headers))
                response = http.client.HTTPResponse(client)
                response.begin()
                return json.loads(response.read())

        return await deferToThread(exchange)

    async def test_a_download_has_the_name_its_event_told(self) -> None:
        (self.downloads / "guid-1").write_bytes(b"content")
        self.browser.emit(
            {
                "method": "Browser.downloadWillBegin",
                "params": {"guid": "guid-1", "suggestedFilename": '../na"ïve\r\n.txt'},
            }
        )

        _, _, listed = await self.get("downloads?format=list")

        (file,) = json.loads(listed)
        self.assertEqual((file["name"], file["size"]), ('na"ïve__.txt', 7))
        self.assertRegex(file["createdAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        status, headers, body = await self.get(f"downloads/{quote(file['name'])}")
        self.assertEqual((status, body), (200, b"content"))
        self.assertEqual(headers["content-length"], "7")
        self.assertEqual(headers["content-type"], "application/octet-stream")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(
            headers["content-disposition"],
            "attachment; filename=\"na_?ve__.txt\"; filename*=UTF-8''na%22%C3%AFve__.txt",
        )

    async def test_all_downloads_come_in_an_archive(self) -> None:
        (self.downloads / "a.txt").write_bytes(b"a" * 100_000)
        (self.downloads / "b.txt").write_bytes(b"b")

        status, headers, body = await self.get("downloads")

        self.assertEqual((status, headers["content-type"]), (200, "application/zip"))
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            self.assertEqual(sorted(archive.namelist()), ["a.txt", "b.txt"])
            self.assertEqual(archive.read("a.txt"), b"a" * 100_000)

    async def test_a_list_is_what_json_clients_get(self) -> None:
        _, _, body = await self.get("downloads", Accept="application/json")

        self.assertEqual(body, b"[]")

    async def test_head_has_no_body(self) -> None:
        (self.downloads / "a.txt").write_bytes(b"content")

        one = await self.get("downloads/a.txt", "HEAD")
        every = await self.get("downloads", "HEAD")

        self.assertEqual((one[0], one[1]["content-length"], one[2]), (200, "7", b""))
        self.assertEqual((every[0], every[2]), (200, b""))

    async def test_what_is_not_there_is_not_found(self) -> None:
        for path, code in (
            ("downloads/a", "FILE_NOT_FOUND"),
            ("downloads/..%2fuploads", "FILE_NOT_FOUND"),
            ("downloads/a/b", "NOT_FOUND"),
            ("other", "NOT_FOUND"),
            ("", "NOT_FOUND"),
        ):
            status, _, body = await self.get(path)

            self.assertEqual((status, json.loads(body)["code"]), (404, code))

    async def test_other_methods_are_told_which_are_right(self) -> None:
        for method, path, allowed in (
            ("DELETE", "downloads", "GET, HEAD"),
            ("PUT", "downloads/a", "GET, HEAD"),
            ("GET", "uploads", "POST"),
        ):
            status, headers, body = await self.get(path, method)

            self.assertEqual((status, headers["allow"]), (405, allowed))
            self.assertEqual(json.loads(body)["code"], "METHOD_NOT_ALLOWED")

    async def test_an_unknown_format_is_refused(self) -> None:
        status, _, body = await self.get("downloads?format=tar")

        self.assertEqual((status, json.loads(body)["field"]), (400, "format"))

    async def test_an_upload_is_answered_with_its_path(self) -> None:
        content = bytes(range(256)) * 10_000

        status, body = await self.post(form("a.bin", content))

        path = self.uploads / "a.bin"
        expected = {"name": "a.bin", "path": str(path), "size": len(content)}
        self.assertEqual((status, body), (200, {"files": [expected]}))
        self.assertEqual(path.read_bytes(), content)
        self.assertEqual(self.session.uploaded, {"a.bin": str(path)})

    async def test_a_refused_upload_leaves_nothing_and_costs_nothing(self) -> None:
        self.session.uploads = UploadBudget(1_000)
        for body in (form("a", b"x" * 500)[:-10], form("a", b"x" * 500, field="other"), b""):
            status, _ = await self.post(body)

            self.assertEqual(status, 400)
            self.assertEqual(list(self.uploads.iterdir()), [])

        status, _ = await self.post(form("a", b"x" * 800))
        self.assertEqual(status, 200)

    async def test_more_than_the_session_may_upload_is_too_large(self) -> None:
        self.session.uploads = UploadBudget(1_000)

        status, body = await self.post(form("a", b"x" * 1_000))

        self.assertEqual((status, body["code"]), (413, "PAYLOAD_TOO_LARGE"))
        self.assertEqual(list(self.uploads.iterdir()), [])

    async def test_what_would_be_refused_is_refused_before_its_body_comes(self) -> None:
        self.session.uploads = UploadBudget(1_000)
        viewer = token_of(self.door.spec, frozenset({Scope.VIEW}))
        for token, kind, length, code in (
            ("wrong", FORM["Content-Type"], 10, "UNAUTHORIZED"),
            (viewer, FORM["Content-Type"], 10, "FORBIDDEN"),
            (self.door.token, "text/plain", 10, "INVALID_REQUEST"),
            (self.door.token, FORM["Content-Type"], 1_001, "PAYLOAD_TOO_LARGE"),
        ):
            body = await self.post_head(token, f"Content-Type: {kind}", f"Content-Length: {length}")

            self.assertEqual(body["code"], code)
        self.assertEqual(self.session.uploads.bytes_left, 1_000)

    async def test_an_upload_to_a_session_that_is_over_is_refused_before_its_body_comes(
        self,
    ) -> None:
        await self.door.sessions.close(self.door.spec.session_id, EndReason.RELEASED)

        body = await self.post_head(
            self.door.token, f"Content-Type: {FORM['Content-Type']}", "Content-Length: 1000000"
        )

        self.assertEqual(body["code"], "SESSION_NOT_FOUND")

    async def test_two_uploads_at_once_share_what_is_left(self) -> None:
        self.session.uploads = UploadBudget(1_000)
        head = (f"Content-Type: {FORM['Content-Type']}", "Content-Length: 600")
        first = socket.create_connection(("127.0.0.1", self.door.number), timeout=10)
        first.sendall(self.head(self.door.token, *head))
        while self.session.uploads.bytes_left == 1_000:
            await turn()

        second = await self.post_head(self.door.token, *head)
        first.close()
        while self.session.uploads.bytes_left != 1_000:
            await turn()

        self.assertEqual((second["code"], second["left"]), ("PAYLOAD_TOO_LARGE", 400))

    async def test_an_upload_to_a_session_that_ends_is_refused(self) -> None:
        self.uploads.rmdir()

        status, body = await self.post(form("a", b"x"))

        self.assertEqual((status, body["code"]), (410, "SESSION_ENDED"))

    async def test_files_are_gone_with_the_session(self) -> None:
        await self.door.sessions.close(self.door.spec.session_id, EndReason.RELEASED)

        for path, method in (("downloads", "GET"), ("uploads", "POST")):
            status, _, _ = await self.get(path, method)

            self.assertIn(status, {404, 410})

    async def test_credentials_that_are_no_text_are_refused(self) -> None:
        for path, method in (("downloads", "GET"), ("uploads", "POST")):
            target = f"{self.path}/{path}"
            status, _, _ = await self.door.get(target, method, Authorization="Bearer \xff\xfe")

            self.assertEqual(status, 401)
