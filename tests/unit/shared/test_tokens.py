from __future__ import annotations

import time

import jwt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.ids import OwnerId, SessionId
from shared.tokens import (
    ALGORITHM,
    ALL_SCOPES,
    AUDIENCE,
    Claims,
    Scope,
    TokenRefused,
    make_token,
    parse_token,
    secrets_of,
)

SECRET = "s" * 32
NOW = int(time.time())
A_DAY_SECONDS = 86_400
"""Longer than any run of all tests: this module is imported at its beginning."""
PAYLOAD: dict[str, object] = {
    "aud": AUDIENCE,
    "exp": NOW + A_DAY_SECONDS,
    "iat": NOW,
    "jti": "token",
    "sub": "owner",
    "scope": "cdp",
    "sessionId": "session",
}


def make_claims(
    *, expires_at: int = NOW + A_DAY_SECONDS, scopes: frozenset[Scope] = ALL_SCOPES
) -> Claims:
    return Claims(
        session_id=SessionId("session"),
        owner_id=OwnerId("owner"),
        token_id="token",
        scopes=scopes,
        issued_at=NOW,
        expires_at=expires_at,
    )


@pytest.mark.parametrize("scopes", [ALL_SCOPES, frozenset({Scope.VIEW}), frozenset()])
def test_a_token_says_what_was_signed(scopes: frozenset[Scope]) -> None:
    claims = make_claims(scopes=scopes)

    assert parse_token(make_token(claims, SECRET), SECRET) == claims


def test_the_same_claims_always_make_the_same_token() -> None:
    assert make_token(make_claims(), SECRET) == make_token(make_claims(), SECRET)


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        make_token(make_claims(), "s" * 31)


def test_another_secret_is_refused() -> None:
    with pytest.raises(TokenRefused, match="not valid"):
        parse_token(make_token(make_claims(), "t" * 32), SECRET)


def test_an_expired_token_is_told_so() -> None:
    with pytest.raises(TokenRefused, match="expired"):
        parse_token(make_token(make_claims(expires_at=NOW - 1), SECRET), SECRET)


@pytest.mark.parametrize("claim", PAYLOAD)
def test_a_token_lacking_a_claim_is_refused(claim: str) -> None:
    payload = {name: value for name, value in PAYLOAD.items() if name != claim}

    with pytest.raises(TokenRefused):
        parse_token(jwt.encode(payload, SECRET, algorithm=ALGORITHM), SECRET)


@pytest.mark.parametrize(
    "change",
    [{"aud": "other"}, {"scope": "cdp admin"}, {"exp": "soon"}, {"iat": NOW + A_DAY_SECONDS // 2}],
)
def test_a_token_with_a_wrong_claim_is_refused(change: dict[str, object]) -> None:
    token = jwt.encode({**PAYLOAD, **change}, SECRET, algorithm=ALGORITHM)

    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)


@pytest.mark.parametrize("algorithm", ["HS512", "none"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    key = "" if algorithm == "none" else "s" * 64
    token = jwt.encode(PAYLOAD, key, algorithm=algorithm)

    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "ü.ü.ü", "." * 1000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        parse_token(token, SECRET)


@given(
    st.builds(
        Claims,
        session_id=st.text().map(SessionId),
        owner_id=st.text().map(OwnerId),
        token_id=st.text(),
        scopes=st.frozensets(st.sampled_from(Scope)),
        issued_at=st.integers(0, 2**40),
        expires_at=st.integers(0, 2**40),
    ),
    st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=40),
)
def test_a_token_says_what_pyjwt_reads_and_is_signed_as_pyjwt_signs(
    claims: Claims, secret: str
) -> None:
    assume(len(secret.strip()) >= 32)

    token = make_token(claims, secret)

    payload = jwt.decode(token, secret.strip(), [ALGORITHM], options={"verify_signature": False})
    assert jwt.get_unverified_header(token) == {"alg": ALGORITHM, "typ": "JWT"}
    key = jwt.get_algorithm_by_name(ALGORITHM)
    signed, _, signature = token.rpartition(".")
    assert key.verify(
        signed.encode(), secret.strip().encode(), jwt.utils.base64url_decode(signature)
    )
    assert payload == {
        "aud": AUDIENCE,
        "exp": claims.expires_at,
        "iat": claims.issued_at,
        "jti": claims.token_id,
        "sub": claims.owner_id,
        "scope": " ".join(sorted(scope.value for scope in claims.scopes)),
        "sessionId": claims.session_id,
    }


def test_a_token_is_to_the_byte_what_pyjwt_makes() -> None:
    payload = {**PAYLOAD, "scope": "cdp input view"}

    assert make_token(make_claims(), SECRET) == jwt.encode(payload, SECRET, algorithm=ALGORITHM)


class TestRotation:
    OLD, NEW = "o" * 32, "n" * 32

    def test_the_first_secret_signs(self) -> None:
        both = make_token(make_claims(), f"{self.NEW}, {self.OLD}")

        assert both == make_token(make_claims(), self.NEW)

    def test_what_the_old_one_signed_is_good_while_both_are_listed(self) -> None:
        token = make_token(make_claims(), self.OLD)

        assert parse_token(token, f"{self.NEW},{self.OLD}") == make_claims()

    def test_what_the_old_one_signed_is_refused_once_it_is_gone(self) -> None:
        token = make_token(make_claims(), self.OLD)

        with pytest.raises(TokenRefused):
            parse_token(token, self.NEW)

    @pytest.mark.parametrize("secret", ["", ",", f"{'n' * 32},", f"{'n' * 32},short"])
    def test_each_of_the_secrets_must_be_long_enough(self, secret: str) -> None:
        with pytest.raises(ValueError, match="32 characters"):
            secrets_of(secret)
