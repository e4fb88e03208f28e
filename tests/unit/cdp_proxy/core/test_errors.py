from __future__ import annotations

import pytest

from cdp_proxy.core.errors import LocalProtocolError
from cdp_proxy.core.screencast import Screencast
from cdp_proxy.core.screencast_events import (
    CaptureStarted,
)


def test_it_names_the_machine_and_what_it_was_told() -> None:
    with pytest.raises(LocalProtocolError, match="a capture that is idle gets started"):
        Screencast().handle(CaptureStarted(), 0.0)
