"""Whose fault it is."""

from __future__ import annotations


class LocalProtocolError(Exception):
    """Ours: a machine of `core` was told what cannot have happened; the text names both."""
