"""Messages of 20 MB and more, both ways."""

from __future__ import annotations

from tests.integration.cdp import CdpClient
from tests.integration.conftest import NewSession

SIZE = 24 * 1024 * 1024
ANSWER_SECONDS = 60.0


def test_a_large_command_and_a_large_result_pass_whole(new_session: NewSession) -> None:
    with CdpClient(new_session().connect_url) as client:
        page = client.page()

        up = page.evaluate(f"globalThis.kept = '{'é1' * (SIZE // 2)}'; kept.length", ANSWER_SECONDS)
        down = page.evaluate("kept", ANSWER_SECONDS)

    assert up == SIZE
    assert len(down) == SIZE
    assert down[:4] == down[-4:] == "é1é1"


def test_a_small_command_is_answered_while_another_client_gets_large_results(
    new_session: NewSession,
) -> None:
    browser = new_session()
    with CdpClient(browser.connect_url) as heavy, CdpClient(browser.connect_url) as light:
        heavy_page, light_page = heavy.page(), light.new_page()
        heavy_page.evaluate(f"globalThis.kept = 'x'.repeat({SIZE}); 0")
        params = {"expression": "kept", "returnByValue": True}
        numbers = {heavy.start("Runtime.evaluate", params, heavy_page.session_id) for _ in range(3)}

        assert [light_page.evaluate(f"{n} * 2") for n in range(20)] == [n * 2 for n in range(20)]

        for _ in range(3):
            answer = heavy.wait_for(lambda message: message.get("id") in numbers, ANSWER_SECONDS)
            numbers.remove(answer["id"])
            assert len(answer["result"]["result"]["value"]) == SIZE
