from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.web.test.requesthelper import DummyRequest

from cdp_proxy.transport.discovery import Discovery
from shared.errors import SessionEnded
from shared.session_state import EndReason
from tests.fakes.container import OneSession
from tests.unit.cdp_proxy.transport.test_registry import outcome_of


class Protocol:
    async def get(self) -> bytes:
        return await succeed(b'{"version":{}}')


@pytest.fixture
def one() -> OneSession:
    one = OneSession()
    one.start()
    return one


DISCOVERY = Discovery(Protocol())  # type: ignore[arg-type]


def request(token: str | None = "a.b.c", **headers: str) -> DummyRequest:
    made = DummyRequest([b"json", b"version"])
    made.isSecure = lambda: False  # type: ignore[attr-defined]
    for name, value in headers.items():
        made.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
    if token is not None:
        made.args[b"token"] = [token.encode()]
    return made


def version(one: OneSession, asked: DummyRequest) -> Any:
    asking = DISCOVERY.version(one.live, asked)  # type: ignore[arg-type]
    (outcome,) = outcome_of(Deferred.fromCoroutine(asking))
    return outcome


def test_the_version_is_chromiums_own(one: OneSession) -> None:
    answer = version(one, request(Host="box:9223"))

    assert answer == {
        "Browser": "HeadlessChrome/156.0.0.0",
        "Protocol-Version": "1.3",
        "User-Agent": "Mozilla/5.0",
        "V8-Version": "15.6",
        "WebKit-Version": "537.36 (@abc)",
        "webSocketDebuggerUrl": "ws://box:9223/cdp?token=a.b.c",
    }


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"Host": "box:9223", "X_Forwarded_Proto": "https"}, "wss://box:9223/cdp?token=a.b.c"),
        ({"Host": "box", "X_Forwarded_Proto": "wss, http"}, "wss://box/cdp?token=a.b.c"),
        ({"Host": "box", "X_Forwarded_Proto": "http"}, "ws://box/cdp?token=a.b.c"),
        ({"Host": "in", "X_Forwarded_Host": "out.example"}, "ws://out.example/cdp?token=a.b.c"),
        ({"Host": "in", "X_Forwarded_Host": "out, in"}, "ws://out/cdp?token=a.b.c"),
        ({"Host": "box", "X_Forwarded_Prefix": "/p/"}, "ws://box/p/cdp?token=a.b.c"),
        ({"Host": "[::1]:9223"}, "ws://[::1]:9223/cdp?token=a.b.c"),
    ],
)
def test_the_url_is_the_one_this_client_reaches(
    one: OneSession, headers: dict[str, str], url: str
) -> None:
    assert version(one, request(**headers))["webSocketDebuggerUrl"] == url


def test_a_token_of_a_header_is_not_put_into_the_url(one: OneSession) -> None:
    url = version(one, request(token=None, Host="box", Authorization="Bearer a.b.c"))[
        "webSocketDebuggerUrl"
    ]

    assert url == "ws://box/cdp"


def test_without_a_host_it_is_where_the_request_arrived(one: OneSession) -> None:
    assert version(one, request())["webSocketDebuggerUrl"].startswith("ws://")


def test_targets_are_listed_as_chromium_lists_them(one: OneSession) -> None:
    one.browser.results["Target.getTargets"] = {
        "targetInfos": [
            {
                "targetId": "T",
                "type": "page",
                "title": "Hello",
                "url": "https://example.com/",
                "attached": True,
                "canAccessOpener": False,
            }
        ]
    }
    (targets,) = outcome_of(
        Deferred.fromCoroutine(DISCOVERY.targets(one.live, request(Host="box")))
    )

    assert targets == [
        {
            "description": "",
            "id": "T",
            "title": "Hello",
            "type": "page",
            "url": "https://example.com/",
            "webSocketDebuggerUrl": "ws://box/devtools/page/T?token=a.b.c",
        }
    ]


def test_the_protocol_is_handed_out(one: OneSession) -> None:
    assert outcome_of(Deferred.fromCoroutine(DISCOVERY.protocol())) == [b'{"version":{}}']


def test_a_session_that_is_over_has_nothing_to_show(one: OneSession) -> None:
    one.live.end(EndReason.RELEASED)

    assert isinstance(version(one, request(Host="box")), SessionEnded)
    (error,) = outcome_of(Deferred.fromCoroutine(DISCOVERY.targets(one.live, request(Host="box"))))
    assert isinstance(error, SessionEnded)
