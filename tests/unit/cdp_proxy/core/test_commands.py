from __future__ import annotations

import pytest

from cdp_proxy.core.commands import set_locale_override


def test_a_command_yields_its_request_and_takes_one_answer() -> None:
    command = set_locale_override("de_DE")

    assert next(command) == {
        "method": "Emulation.setLocaleOverride",
        "params": {"locale": "de_DE"},
    }
    with pytest.raises(StopIteration) as done:
        command.send({})
    assert done.value.value is None
