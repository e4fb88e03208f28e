from __future__ import annotations

from dataclasses import replace

from tests.fakes.model_wire import CONVERSATION


def test_the_second_turn_says_what_was_wrong_and_what_to_do() -> None:
    conversation = replace(CONVERSATION, complaint="At $: 'word' is missing.")

    assert conversation.repair.startswith("At $: 'word' is missing. Answer again, with JSON")
