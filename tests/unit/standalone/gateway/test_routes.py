"""Which resource a path is."""

from __future__ import annotations

import pytest

from standalone.gateway.routes import Match, RouteTable

TABLE = RouteTable(["/", "/sessions", "/sessions/{id}", "/sessions/{id}/act", "/sessions/mine"])


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("/", Match("/", {})),
        ("/sessions", Match("/sessions", {})),
        ("/sessions/", Match("/sessions", {})),
        ("/sessions/a", Match("/sessions/{id}", {"id": "a"})),
        ("/sessions/a%20b%2Fc", Match("/sessions/{id}", {"id": "a b/c"})),
        ("/sessions/mine", Match("/sessions/mine", {})),
        ("/sessions/mine/act", Match("/sessions/{id}/act", {"id": "mine"})),
    ],
)
def test_a_path_matches_its_resource(path: str, match: Match) -> None:
    assert TABLE.match(path) == match


@pytest.mark.parametrize(
    "path", ["", "/nope", "/sessions//", "/sessions/a/b", "/Sessions", "sessions"]
)
def test_any_other_path_matches_nothing(path: str) -> None:
    assert path == "" or TABLE.match(path) is None
