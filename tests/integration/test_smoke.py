"""What `./wallcrawler deploy` ends with, on the one-machine edition."""

from __future__ import annotations

import pytest

from deployment.smoke import SmokeFailed, try_session
from tests.integration.stack import Stack


def test_a_session_is_created_asked_for_its_browser_and_deleted(stack: Stack) -> None:
    before = stack.leases()

    browser = try_session(stack.api.base, stack.api.key)

    assert browser.startswith(("HeadlessChrome/", "Chrome/"))
    assert stack.leases() == before


def test_a_wrong_key_is_said(stack: Stack) -> None:
    with pytest.raises(SmokeFailed, match=r"POST /sessions: 401 .*UNAUTHORIZED"):
        try_session(stack.api.base, "nobody's key at all")
