from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalice_app.auth import key_digest_of
from chalice_app.config import ApiConfig
from chalice_app.secret_values import (
    FIRST_RETRY_SECONDS,
    REREAD_SECONDS,
    RETRY_SECONDS,
    KeptSecret,
    RedisPassword,
    SecretsByArn,
    SecretsOfEnvironment,
)
from shared.errors import Unavailable
from tests.fakes.logs import Recorder, recorded

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:wallcrawler/"
OLD, NEW = "o" * 32, "n" * 32


class Vault:
    """Secrets by ARN; those it does not have cannot be read."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = {ARN + name: text for name, text in secrets.items()}
        self.reads = 0

    def read(self, arn: str) -> str:
        self.reads += 1
        if arn not in self.secrets:
            raise OSError("the service is away")
        return self.secrets[arn]


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recorded() as recorder:
        yield recorder


def make_secrets(vault: Vault, time: Time) -> SecretsByArn:
    config = ApiConfig(
        redis_endpoint="r:1",
        token_secret_arn=ARN + "token",
        api_keys_secret_arn=ARN + "keys",
        api_key_hashes=frozenset({"from the environment"}),
    )
    return SecretsByArn(config, vault, time)


def test_secrets_of_the_environment_are_what_it_says() -> None:
    config = ApiConfig(redis_endpoint="r:1", token_secret=OLD, api_key_hashes=frozenset({"h"}))

    for secrets in (SecretsOfEnvironment(config), SecretsByArn(config, Vault(), Time())):
        assert secrets.token_secret() == OLD
        assert secrets.api_key_hashes() == {"h"}


def test_nothing_is_read_before_it_is_needed(time: Time) -> None:
    vault = Vault(token=OLD)
    secrets = make_secrets(vault, time)

    assert vault.reads == 0
    assert secrets.token_secret() == OLD
    assert vault.reads == 1


def test_what_was_read_is_kept_for_some_minutes(time: Time) -> None:
    vault = Vault(token=OLD)
    secrets = make_secrets(vault, time)
    secrets.token_secret()
    vault.secrets[ARN + "token"] = f"{NEW}, {OLD}"

    time.now += REREAD_SECONDS - 1
    assert secrets.token_secret() == OLD
    time.now += 1
    assert secrets.token_secret() == f"{NEW},{OLD}"
    assert vault.reads == 2


def test_plain_keys_are_accepted_by_their_digests(time: Time) -> None:
    secrets = make_secrets(Vault(keys=f" {'a' * 16},{'b' * 16}\n"), time)

    assert secrets.api_key_hashes() == {
        key_digest_of("a" * 16),
        key_digest_of("b" * 16),
        "from the environment",
    }


@pytest.mark.parametrize(
    ("name", "text"), [("token", "brief"), ("token", ""), ("keys", " , "), ("keys", "brief")]
)
def test_a_secret_that_is_not_usable_is_as_one_that_cannot_be_read(
    name: str, text: str, time: Time, recorder: Recorder
) -> None:
    secrets = make_secrets(Vault(**{name: text}), time)

    with pytest.raises(Unavailable):
        secrets.token_secret() if name == "token" else secrets.api_key_hashes()
    assert "brief" not in str(recorder.lines)


def test_a_bad_rotation_does_not_replace_what_works(time: Time, recorder: Recorder) -> None:
    vault = Vault(token=OLD)
    secrets = make_secrets(vault, time)
    secrets.token_secret()
    vault.secrets[ARN + "token"] = "a rotation gone wrong"
    time.now += REREAD_SECONDS

    assert secrets.token_secret() == OLD
    assert "secret not read" in str(recorder.lines)
    assert "TOKEN_SECRET_ARN" in str(recorder.lines)
    assert "gone wrong" not in str(recorder.lines)


def test_while_the_service_is_away_it_is_asked_from_time_to_time(
    time: Time, recorder: Recorder
) -> None:
    vault = Vault(token=OLD)
    secrets = make_secrets(vault, time)
    secrets.token_secret()
    vault.secrets.clear()
    time.now += REREAD_SECONDS

    for _ in range(3):
        assert secrets.token_secret() == OLD
    assert vault.reads == 2
    time.now += RETRY_SECONDS
    assert secrets.token_secret() == OLD
    assert vault.reads == 3


def test_a_first_reading_that_fails_is_repeated_soon(time: Time, recorder: Recorder) -> None:
    vault = Vault()
    secrets = make_secrets(vault, time)

    for _ in range(3):
        with pytest.raises(Unavailable):
            secrets.token_secret()
    assert vault.reads == 1
    vault.secrets[ARN + "token"] = OLD
    time.now += FIRST_RETRY_SECONDS
    assert secrets.token_secret() == OLD


def test_a_fresh_password_is_read_at_once_but_not_in_a_loop(time: Time) -> None:
    vault = Vault(redis="old")
    password = RedisPassword(ARN + "redis", vault, time)
    assert password.read(fresh=False) == "old"
    vault.secrets[ARN + "redis"] = "new"
    time.now += RETRY_SECONDS

    assert [password.read(fresh=True) for _ in range(3)] == ["new"] * 3
    assert vault.reads == 2


def test_an_empty_password_is_none(time: Time, recorder: Recorder) -> None:
    with pytest.raises(Unavailable):
        RedisPassword(ARN + "redis", Vault(redis="\n"), time).read(fresh=False)


def test_a_kept_secret_does_not_print_itself(time: Time) -> None:
    kept = KeptSecret("NAME", lambda: OLD, str, time)

    assert kept.get() == OLD
    assert OLD not in repr(kept)
