"""Who is calling: an API key stands for an owner."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Protocol

from shared.errors import Unauthorized
from shared.ids import OwnerId

_OWNER_ID_CHARS = 16


class KeyRegistry(Protocol):
    """Where API keys are registered while the program runs (`SessionStore`)."""

    def knows_api_key(self, key_digest: str) -> bool:
        """Whether this SHA-256 (hex) is of an accepted key."""
        ...


def key_digest_of(api_key: str) -> str:
    """SHA-256 of the key in hex, the only form in which keys are kept."""
    return hashlib.sha256(api_key.encode("utf-8", "surrogatepass")).hexdigest()


def owner_of(key_digest: str) -> OwnerId:
    """The owner a key stands for.

    Hashed once more, because owner ids appear in tokens and no digit of a kept digest should.
    """
    return OwnerId(hashlib.sha256(f"owner:{key_digest}".encode()).hexdigest()[:_OWNER_ID_CHARS])


def authenticate(api_key: str | None, accepted: Iterable[str], registry: KeyRegistry) -> OwnerId:
    """The owner of `api_key`, which is in `accepted` (SHA-256 hex digests) or in the registry.

    Raises:
        Unauthorized: no key, or an unknown one.
    """
    if not api_key:
        raise Unauthorized("Send your API key in the X-API-Key header.")
    digest = key_digest_of(api_key)
    # A list, not a generator: every comparison is made, so that timing tells nothing.
    matches = [hmac.compare_digest(digest, known) for known in accepted]
    if not any(matches) and not registry.knows_api_key(digest):
        raise Unauthorized("The API key is not known.")
    return owner_of(digest)
