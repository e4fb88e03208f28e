from __future__ import annotations

import json
import re

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from cdp_proxy.transport.live import FOLDER
from shared.tokens import Claims, Scope, make_token
from tests.fakes.front_door import SECRET, LoopbackDoor

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


class TestLivePage(TestCase):
    def setUp(self) -> None:
        self.door = LoopbackDoor()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.door.close()))

    def token(self, *scopes: Scope) -> str:
        spec = self.door.spec
        claims = Claims(
            session_id=spec.session_id,
            owner_id=spec.owner_id,
            token_id=spec.token_id,
            scopes=frozenset(scopes),
            issued_at=1,
            expires_at=int(spec.expires_at),
        )
        return make_token(claims, SECRET)

    async def test_whoever_may_view_gets_the_page(self) -> None:
        await self.door.open()

        status, headers, body = await self.door.get(f"/live?token={self.token(Scope.VIEW)}")

        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertEqual(body, (FOLDER / "index.html").read_bytes())

    async def test_the_page_is_kept_nowhere_and_tells_nobody_its_address(self) -> None:
        await self.door.open()

        _, headers, _ = await self.door.get(f"/live?token={self.door.token}")

        self.assertEqual(headers["cache-control"], "no-store")
        self.assertEqual(headers["referrer-policy"], "no-referrer")
        self.assertEqual(headers["x-content-type-options"], "nosniff")

    async def test_the_page_may_load_its_own_files_alone_and_be_framed_by_anybody(self) -> None:
        await self.door.open()

        _, headers, _ = await self.door.get(f"/live?token={self.door.token}")

        policy = dict(it.split(" ", 1) for it in headers["content-security-policy"].split("; "))
        self.assertEqual(policy["default-src"], "'none'")
        self.assertEqual(policy["script-src"], "'self'")
        self.assertEqual(policy["style-src"], "'self'")
        self.assertEqual(policy["connect-src"], "'self' ws: wss:")
        self.assertEqual(policy["frame-ancestors"], "*")
        self.assertNotIn("x-frame-options", headers)

    async def test_every_file_that_the_page_names_is_there_without_a_token(self) -> None:
        page = (FOLDER / "index.html").read_text() + (FOLDER / "refusal.html").read_text()
        scripts = "".join(path.read_text() for path in FOLDER.glob("*.js"))
        named = set(re.findall(r'(?:src|href)="live/([^"]+)"', page))
        named |= set(re.findall(r'from "\./([^"]+)"', scripts))

        for name in named:
            status, headers, body = await self.door.get(f"/live/{name}")

            self.assertEqual((status, headers["x-content-type-options"]), (200, "nosniff"))
            self.assertEqual(body, (FOLDER / name).read_bytes())
        self.assertEqual(
            named, {path.name for path in FOLDER.iterdir()} - {"index.html", "refusal.html"}
        )

    async def test_files_have_the_types_that_browsers_insist_on(self) -> None:
        for name, kind in {
            "live.js": "text/javascript; charset=utf-8",
            "live.css": "text/css; charset=utf-8",
            "icon.svg": "image/svg+xml",
        }.items():
            _, headers, _ = await self.door.get(f"/live/{name}")

            self.assertEqual(headers["content-type"], kind)

    async def test_an_unchanged_file_is_not_sent_again(self) -> None:
        _, headers, _ = await self.door.get("/live/live.js")
        known = {"If-None-Match": headers["etag"]}

        status, _, body = await self.door.get("/live/live.js", **known)

        self.assertEqual((status, body), (304, b""))
        self.assertEqual(headers["cache-control"], "no-cache")

    async def test_nothing_else_is_given_away(self) -> None:
        for path in ("/live/index.html", "/live/refusal.html", "/live/nothing.js", "/live/a/b",
                     "/live/..%2fservice.py", "/live/../service.py"):  # fmt: skip
            status, _, body = await self.door.get(path)

            self.assertEqual((status, json.loads(body)["code"]), (404, "NOT_FOUND"))

    async def test_a_slash_at_the_end_leads_to_the_page(self) -> None:
        status, headers, _ = await self.door.get("/live/?token=x&y=1")

        self.assertEqual((status, headers["location"]), (308, "../live?token=x&y=1"))

    async def test_programs_are_refused_in_json(self) -> None:
        status, headers, body = await self.door.get("/live?token=nonsense")

        self.assertEqual((status, headers["vary"]), (401, "Accept"))
        self.assertEqual(json.loads(body)["message"], "The token is not valid.")

    async def test_people_are_refused_in_words(self) -> None:
        status, headers, body = await self.door.get("/live?token=nonsense", Accept=BROWSER)

        self.assertEqual((status, headers["content-type"]), (401, "text/html; charset=utf-8"))
        self.assertEqual((headers["cache-control"], headers["vary"]), ("no-store", "Accept"))
        self.assertIn("script-src 'self'", headers["content-security-policy"])
        self.assertIn("<h1>This link is not valid</h1>", body.decode())
        self.assertIn("The token is not valid.", body.decode())
        self.assertNotIn("$", body.decode())

    async def test_a_token_for_other_things_is_not_enough(self) -> None:
        await self.door.open()

        status, _, body = await self.door.get(
            f"/live?token={self.token(Scope.CDP, Scope.INPUT)}", Accept=BROWSER
        )

        self.assertEqual(status, 403)
        self.assertIn("does not have the scope view", body.decode())

    async def test_a_session_that_is_not_there_is_not_found(self) -> None:
        status, _, body = await self.door.get(f"/live?token={self.door.token}", Accept=BROWSER)

        self.assertEqual(status, 404)
        self.assertIn("There is no such session", body.decode())

    async def test_who_comes_too_early_is_brought_back(self) -> None:
        self.door.store.away = True

        status, headers, body = await self.door.get(
            f"/live?token={self.door.token}", Accept=BROWSER
        )

        self.assertEqual((status, headers["retry-after"], headers["refresh"]), (503, "2", "2"))
        self.assertIn("Not available just now", body.decode())

    async def test_the_page_is_only_read(self) -> None:
        await self.door.open()
        for path in (f"/live?token={self.door.token}", "/live/live.js"):
            status, headers, _ = await self.door.get(path, "POST")

            self.assertEqual((status, headers["allow"]), (405, "GET, HEAD"))

    async def test_a_head_has_no_body(self) -> None:
        await self.door.open()
        for path in (f"/live?token={self.door.token}", "/live/live.js"):
            status, _, body = await self.door.get(path, "HEAD")

            self.assertEqual((status, body), (200, b""))
