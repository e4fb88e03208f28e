"""The Chalice program's collaborators."""

from tests.api_fixture import deps

__all__ = ["deps"]
