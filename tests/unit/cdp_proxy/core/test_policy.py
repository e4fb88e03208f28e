from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_proxy.core import messages
from cdp_proxy.core.json_text import TREE_VALUES_MAX
from cdp_proxy.core.policy import ROWS, CloseBrowser, Folders, Policy, Refusal, Refused, check_url

FOLDERS = Folders(downloads="/scratch/b1/downloads", uploads="/scratch/b1/uploads")


def as_javascript(command: dict[str, object]) -> bytes:
    """As a client writes it: lone surrogates and all; no params when there are none."""
    given = {key: value for key, value in command.items() if value is not ABSENT}
    return json.dumps(given).encode()


ABSENT = object()


def judge(method: str, params: object = ABSENT, **more: object) -> bytes | Refusal | CloseBrowser:
    text = as_javascript({"id": 3, "method": method, "params": params, **more})
    return Policy(FOLDERS).judge(messages.decode_command(text), text)


def refusal(method: str, params: object = ABSENT, **more: object) -> dict[str, Any]:
    outcome = judge(method, params, **more)
    assert isinstance(outcome, Refusal)
    answer: dict[str, Any] = json.loads(outcome.reply)
    return answer


def passes(method: str, params: object) -> bool:
    return judge(method, params) == as_javascript({"id": 3, "method": method, "params": params})


class TestRows:
    def test_closing_the_browser_is_answered_and_left_to_the_session(self) -> None:
        assert judge("Browser.close") == CloseBrowser(b'{"id":3,"result":{}}')

    def test_its_row_is_never_asked(self) -> None:
        with pytest.raises(AssertionError):
            ROWS["Browser.close"]({}, Policy(FOLDERS))

    @pytest.mark.parametrize("method", ["Browser.crash", "Browser.crashGpuProcess"])
    def test_the_browser_process_cannot_be_taken_down(self, method: str) -> None:
        answer = refusal(method)

        assert answer["id"] == 3
        assert answer["error"]["code"] == -32000
        assert "end the session" in answer["error"]["message"]

    def test_extensions_are_not_loaded_by_clients(self) -> None:
        assert "error" in refusal("Extensions.loadUnpacked", {"path": "/x"})

    def test_a_page_gets_no_devtools_of_its_own(self) -> None:
        assert "error" in refusal("Target.exposeDevToolsProtocol", {"targetId": "T"})

    @pytest.mark.parametrize(
        "params",
        [
            {"behavior": "allow"},
            {"behavior": "allowAndName", "downloadPath": "/tmp/playwright-artifacts-1"},
            {"behavior": "allow", "downloadPath": "downloads", "eventsEnabled": True},
            {"behavior": "default", "downloadPath": "/etc"},
        ],
    )
    @pytest.mark.parametrize("method", ["Browser.setDownloadBehavior", "Page.setDownloadBehavior"])
    def test_downloads_go_to_the_sessions_folder(
        self, method: str, params: dict[str, object]
    ) -> None:
        rewritten = judge(method, params)

        assert isinstance(rewritten, bytes)
        assert json.loads(rewritten)["params"] == {**params, "downloadPath": FOLDERS.downloads}

    @pytest.mark.parametrize("behavior", ["deny", "default"])
    def test_downloads_may_be_denied(self, behavior: str) -> None:
        assert passes("Browser.setDownloadBehavior", {"behavior": behavior})

    def test_a_rewritten_command_stays_on_its_flat_session(self) -> None:
        rewritten = judge("Page.setDownloadBehavior", {"behavior": "allow"}, sessionId="S")

        assert isinstance(rewritten, bytes)
        assert json.loads(rewritten)["sessionId"] == "S"

    def test_a_lone_surrogate_in_a_rewritten_command_is_no_crash(self) -> None:
        outcome = judge("Page.setDownloadBehavior", {"behavior": "allow", "x": "\ud800"})

        assert isinstance(outcome, bytes | Refusal)

    def test_params_of_more_values_than_can_be_read_are_refused(self) -> None:
        answer = refusal("DOM.setFileInputFiles", {"files": [[]] * (TREE_VALUES_MAX + 1)})

        assert "more values" in answer["error"]["message"]

    def test_uploaded_and_downloaded_files_may_be_chosen(self) -> None:
        files = [f"{FOLDERS.uploads}/a b.txt", f"{FOLDERS.downloads}/c.pdf"]

        assert passes("DOM.setFileInputFiles", {"files": files, "nodeId": 1})

    @pytest.mark.parametrize("path", ["/etc/passwd", "a.txt", 5, None])
    def test_other_files_may_not_be_chosen(self, path: object) -> None:
        files = [f"{FOLDERS.uploads}/a.txt", path]

        assert "upload" in refusal("DOM.setFileInputFiles", {"files": files})["error"]["message"]

    def test_files_that_are_no_list_are_chromiums_to_refuse(self) -> None:
        assert passes("DOM.setFileInputFiles", {"files": "x"})

    def test_other_files_may_not_be_dragged(self) -> None:
        assert "error" in refusal("Input.dispatchDragEvent", {"data": {"files": ["/etc/passwd"]}})

    @pytest.mark.parametrize("data", [{"items": []}, {"files": [f"{FOLDERS.uploads}/a"]}, None])
    def test_the_rest_may_be_dragged(self, data: object) -> None:
        assert passes("Input.dispatchDragEvent", {"data": data})

    @pytest.mark.parametrize(
        "method",
        [
            "Page.navigate",
            "Target.createTarget",
            "Network.loadNetworkResource",
            "Fetch.continueRequest",
            "Network.continueInterceptedRequest",
        ],
    )
    def test_urls_are_looked_at(self, method: str) -> None:
        assert "file:" in refusal(method, {"url": "file:///etc/passwd"})["error"]["message"]
        assert passes(method, {"url": "https://example.com/"})
        assert passes(method, {"other": 1})
        assert passes(method, {"url": 5})

    @pytest.mark.parametrize("params", [[], "x", 5, None])
    def test_params_that_are_no_object_are_refused(self, params: object) -> None:
        assert "params" in refusal("Page.navigate", params)["error"]["message"]

    @pytest.mark.parametrize("value", ["1e999", "9" * 5000, '"\\ud800"'])
    def test_odd_values_beside_a_good_url_are_no_crash(self, value: str) -> None:
        text = f'{{"id":3,"method":"Page.navigate","params":{{"url":"http://a/","x":{value}}}}}'
        command = messages.decode_command(text.encode())

        outcome = Policy(FOLDERS).judge(command, text.encode())

        assert isinstance(outcome, bytes | Refusal)


class TestNested:
    """`Target.sendMessageToTarget` carries a command as text."""

    def send(self, text: str) -> bytes | Refusal | CloseBrowser:
        return judge("Target.sendMessageToTarget", {"message": text, "sessionId": "S"})

    def test_an_ordinary_command_goes_through(self) -> None:
        assert isinstance(self.send('{"id":1,"method":"Page.reload"}'), bytes)
        assert isinstance(
            self.send('{"id":1,"method":"Page.navigate","params":{"url":"http://a/"}}'), bytes
        )

    @pytest.mark.parametrize(
        "text",
        [
            '{"id":1,"method":"Browser.crash"}',
            '{"id":1,"method":"Browser.close"}',
            '{"id":1,"method":"Page.navigate","params":{"url":"file:///x"}}',
            '{"id":1,"method":"Page.navigate","params":[]}',
            '{"id":1,"method":"Page.setDownloadBehavior","params":{"behavior":"allow"}}',
            '{"id":1,"m\\u0065thod":"Browser.crash"}',
            "not json",
            "",
            "\ud800",
        ],
    )
    def test_a_command_that_is_not_allowed_is_not_allowed_inside(self, text: str) -> None:
        assert isinstance(self.send(text), Refusal)

    def test_at_any_depth(self) -> None:
        text = '{"id":1,"method":"Browser.crash"}'
        for _ in range(4):
            text = json.dumps(
                {"id": 1, "method": "Target.sendMessageToTarget", "params": {"message": text}}
            )

        assert isinstance(self.send(text), Refusal)


FORBIDDEN = ["file:///etc/passwd", "chrome://version", "devtools://devtools/x.html"]
"""Reads the disk, or is Chromium's own; each checked in Chromium 156."""

SPELLINGS = [
    "FILE:///etc/passwd",
    "file:/etc/passwd",
    "file:etc/passwd",
    "file:\\\\etc\\passwd",
    " \t\r\n\x00\x1ffile:///etc/passwd",
    "fi\tle\n:\r///etc/passwd",
    "view-source:file:///etc/passwd",
    "View-Source:view-source:FILE:///etc/passwd",
    "view-source: file:///etc/passwd",
    "view-source:\x00 file:///etc/passwd",
    "view-source:/file:///etc/passwd",
    "filesystem:file:///temporary/x",
    "blob:file:///5d6d4f4f",
    "fi%6ce:///etc/passwd",
    "chrome:version",
    "chrome-untrusted://x",
    "/etc/passwd",
    "\\\\host\\share",
    "view-source:chrome://settings",
]

ALLOWED = [
    "http://example.com/",
    "https://user:pw@[::1]:8443/file:///x?file:#chrome://x",
    "HTTPS://EXAMPLE.COM",
    " https://example.com/ ",
    "about:blank",
    "about:blank#stagehand-client-connection",
    "data:text/html,<a href='file:///x'>",
    "blob:https://example.com/5d6d4f4f",
    "blob:null/5d6d4f4f",
    "view-source:https://example.com/",
    "javascript:void(0)",
    "chrome-extension://abcdefghijklmnop/service-worker.html",
    "example.com",
    "",
]


@pytest.mark.parametrize("url", FORBIDDEN + SPELLINGS)
def test_the_disk_and_chromiums_own_pages_are_out_of_reach(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url)


@pytest.mark.parametrize("url", ALLOWED)
def test_ordinary_urls_are_not_touched(url: str) -> None:
    check_url(url)


NOISE = st.text("\t\r\n", max_size=2)
EDGE = st.text("".join(map(chr, range(0x21))), max_size=3)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """A forbidden URL as Chromium would still understand it."""
    url = draw(st.sampled_from(FORBIDDEN))
    for _ in range(draw(st.integers(0, 3))):
        url = "view-source:" + draw(EDGE) + url
    cased = (draw(st.sampled_from([char.lower(), char.upper()])) for char in url)
    return draw(EDGE) + "".join(char + draw(NOISE) for char in cased) + draw(EDGE)


@given(spellings())
def test_no_spelling_of_a_forbidden_url_gets_through(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url)


@given(
    st.sampled_from(["http://", "https://", "data:", "about:", "blob:https://", "ws://"]),
    st.text(),
)
def test_no_ordinary_url_is_refused(scheme: str, rest: str) -> None:
    check_url(scheme + rest)


class TestFolders:
    @pytest.mark.parametrize(
        "path",
        [
            f"{FOLDERS.uploads}/a.txt",
            f"{FOLDERS.uploads}/deep/er/a.txt",
            f"{FOLDERS.uploads}//./a.txt",
            f"{FOLDERS.downloads}/..a",
            FOLDERS.downloads,
        ],
    )
    def test_what_lies_inside_is_held(self, path: str) -> None:
        assert FOLDERS.holds(path)

    @pytest.mark.parametrize(
        "path",
        [
            "",
            ".",
            "a.txt",
            "uploads/a.txt",
            "/etc/passwd",
            "/scratch/b1/profile/Cookies",
            f"{FOLDERS.uploads}-not/a.txt",
            f"{FOLDERS.uploads}/../profile/Cookies",
            f"{FOLDERS.uploads}/a/../../profile",
            f"{FOLDERS.uploads}/..",
            f"file://{FOLDERS.uploads}/a.txt",
            f" {FOLDERS.uploads}/a.txt",
            f"/x/..{FOLDERS.uploads}/a.txt",
        ],
    )
    def test_what_lies_outside_is_not(self, path: str) -> None:
        assert not FOLDERS.holds(path)

    @given(st.lists(st.sampled_from(["..", ".", "", "a", "uploads", "b1", "~"]), max_size=6))
    def test_no_way_up_is_held(self, parts: list[str]) -> None:
        path = "/".join([FOLDERS.uploads, *parts])

        assert FOLDERS.holds(path) == (".." not in parts)
