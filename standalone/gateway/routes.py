"""Which resource path of the app a URL path is, as API Gateway decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Match:
    """A URL path that the app has a resource for."""

    resource_path: str
    """With its `{parameters}` unfilled; the key of Chalice's route table."""
    parameters: Mapping[str, str]
    """Percent-decoded."""


class RouteTable:
    """The resource paths of an app; a literal segment goes before a parameter."""

    def __init__(self, resource_paths: Iterable[str]) -> None:
        # "{" sorts after every letter a path may have, so literal segments come first.
        self._paths = [(path, _segments(path)) for path in sorted(resource_paths)]

    def match(self, path: str) -> Match | None:
        """The resource of a raw (percent-encoded) URL path; a trailing slash does not count."""
        segments = _segments(path)
        for resource_path, pattern in self._paths:
            parameters = _parameters(pattern, segments)
            if parameters is not None:
                return Match(resource_path, parameters)
        return None


def _segments(path: str) -> list[str]:
    return path.removesuffix("/").split("/")


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    parameters = {}
    for expected, segment in zip(pattern, segments, strict=True):
        if expected.startswith("{") and expected.endswith("}") and segment:
            parameters[expected[1:-1]] = unquote(segment)
        elif expected != segment:
            return None
    return parameters
