"""Messages of 64 MiB, both ways."""

from __future__ import annotations

import base64
import hashlib
import random

from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession
from tests.integration.neighbours import Neighbour, undisturbed
from tests.integration.site import Site

SIZE = 64 * 1024 * 1024
ANSWER_SECONDS = 240.0

_DIGEST = """crypto.subtle.digest('SHA-256', new TextEncoder().encode(kept)).then((digest) =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''))"""


def test_a_large_command_and_a_large_result_pass_whole_beside_another_client(
    new_session: NewSession, site: Site
) -> None:
    browser = new_session()
    text = base64.b64encode(random.randbytes(SIZE * 3 // 4)).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    neighbour = Neighbour(browser.connect_url)
    with CdpClient(browser.connect_url) as client, undisturbed(neighbour, seconds=ANSWER_SECONDS):
        page = client.page()
        page.navigate(site.url("/plain"))  # a secure context, for `crypto`

        length = page.evaluate(f"globalThis.kept = '{text}'; kept.length", ANSWER_SECONDS)
        arrived = page.evaluate(_DIGEST, ANSWER_SECONDS)
        back = page.evaluate("kept", ANSWER_SECONDS)

    neighbour.close()
    assert length == len(text) == SIZE
    assert arrived == digest
    assert hashlib.sha256(back.encode()).hexdigest() == digest


def test_large_results_of_text_beyond_ascii_pass_whole_beside_another_client(
    new_session: NewSession,
) -> None:
    browser = new_session()
    neighbour = Neighbour(browser.connect_url)
    with CdpClient(browser.connect_url) as client, undisturbed(neighbour, seconds=ANSWER_SECONDS):
        page = client.page()
        page.evaluate("globalThis.kept = 'é1𝄞'.repeat(2 * 1024 * 1024); 0")
        params = {"expression": "kept", "returnByValue": True}
        numbers = [client.start("Runtime.evaluate", params, page.session_id) for _ in range(3)]

        answers = [
            client.wait_for(
                lambda message, number=number: message.get("id") == number, ANSWER_SECONDS
            )
            for number in numbers
        ]

    neighbour.close()
    for answer in answers:
        assert answer["result"]["result"]["value"] == "é1𝄞" * (2 * 1024 * 1024)
