from __future__ import annotations

from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Prompt
from cdp_proxy.transport.caller import CallFailed


def test_all_ways_for_a_command_to_fail_are_caught_as_one() -> None:
    assert issubclass(BlockedByDialog, CommandFailed)
    assert issubclass(CallFailed, CommandFailed)


def test_a_prompt_keeps_the_page_apart_from_what_is_asked() -> None:
    prompt = Prompt(system="Choose.", request="click Save", page="[1] button Save", schema={})

    assert "button" not in prompt.system + prompt.request
