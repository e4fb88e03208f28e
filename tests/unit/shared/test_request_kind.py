"""The kinds of requests, and what goes by their names elsewhere."""

from typing import get_args, get_type_hints

from shared.actions import BODY_OF_KIND
from shared.envelope.incoming import AiAction
from shared.request_kind import RequestKind


def test_a_channels_actions_are_those_that_have_a_body() -> None:
    actions = get_args(get_type_hints(AiAction)["action"])

    assert {RequestKind(action) for action in actions} == set(BODY_OF_KIND)
