from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chalice_app.auth import authenticate, key_digest_of, owner_of
from shared.errors import Unauthorized


@dataclass
class Registry:
    digests: set[str] = field(default_factory=set)

    def knows_api_key(self, key_digest: str) -> bool:
        return key_digest in self.digests


KEY = "a key of somebody"
DIGEST = key_digest_of(KEY)


def test_only_the_sha_256_of_a_key_is_kept() -> None:
    assert key_digest_of("abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


@pytest.mark.parametrize(
    ("accepted", "registry"),
    [({DIGEST}, Registry()), (set(), Registry({DIGEST})), ({"0" * 64, DIGEST}, Registry())],
)
def test_a_configured_or_registered_key_is_its_owner(
    accepted: set[str], registry: Registry
) -> None:
    assert authenticate(KEY, accepted, registry) == owner_of(DIGEST)


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nobody_is_let_in(key: str | None) -> None:
    with pytest.raises(Unauthorized, match="X-API-Key"):
        authenticate(key, {key_digest_of("")}, Registry({key_digest_of("")}))


@pytest.mark.parametrize("key", ["another", KEY + " ", DIGEST, "ключ", "\ud800"])
def test_an_unknown_key_is_refused(key: str) -> None:
    with pytest.raises(Unauthorized, match="not known"):
        authenticate(key, {DIGEST}, Registry())


def test_no_keys_at_all_accept_nobody() -> None:
    with pytest.raises(Unauthorized):
        authenticate(KEY, frozenset(), Registry())


def test_an_owner_id_shows_nothing_of_the_digest() -> None:
    owner = owner_of(DIGEST)

    assert len(bytes.fromhex(owner)) == 8
    assert owner not in DIGEST
