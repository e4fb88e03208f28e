from __future__ import annotations

import pytest
from zope.interface import Interface

from cdp_proxy.transport.reactor import Reactor
from tests.fakes.reactor import installed_reactor


@pytest.mark.parametrize("interface", Reactor.__bases__, ids=lambda base: base.__name__)
def test_the_installed_reactor_is_one(interface: type[Interface]) -> None:
    assert interface.providedBy(installed_reactor())
