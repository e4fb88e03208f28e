from __future__ import annotations

import pytest

from cdp_proxy.core.close_codes import CloseCode, close_code_of
from shared.session_state import EndReason, SessionStatus


@pytest.mark.parametrize("reason", EndReason)
def test_every_end_has_a_code(reason: EndReason) -> None:
    assert close_code_of(reason) in CloseCode


@pytest.mark.parametrize("reason", [r for r in EndReason if r.status is SessionStatus.TIMED_OUT])
def test_a_passed_deadline_closes_as_expired(reason: EndReason) -> None:
    assert close_code_of(reason) == 4008


@pytest.mark.parametrize("code", CloseCode)
def test_codes_may_be_sent_by_an_endpoint(code: CloseCode) -> None:
    """RFC 6455 7.4: 1000, 1001 and 1007 are ours to send, 4000-4999 are private."""
    assert code in (1000, 1001, 1007) or 4000 <= code <= 4999
