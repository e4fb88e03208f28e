from __future__ import annotations

from tests.fakes.template import Template

LISTS = ("SecretsTokens", "SecretsApiKeys", "SecretsRedisAuth")


def test_every_secret_is_generated_by_secrets_manager(template: Template) -> None:
    secrets = template.of_type("AWS::SecretsManager::Secret")

    assert set(secrets) == {*LISTS, "SecretsModelKeys"}
    for secret in secrets.values():
        assert "GenerateSecretString" in secret
        assert "SecretString" not in secret


def test_keys_are_64_letters_and_digits_without_the_comma_that_separates_two(
    template: Template,
) -> None:
    secrets = template.of_type("AWS::SecretsManager::Secret")

    for name in LISTS:
        assert secrets[name]["GenerateSecretString"] == {
            "PasswordLength": 64,
            "ExcludePunctuation": True,
            "IncludeSpace": False,
        }


def test_model_keys_are_an_object_by_provider(template: Template) -> None:
    generated = template.of_type("AWS::SecretsManager::Secret")["SecretsModelKeys"]

    assert generated["GenerateSecretString"]["SecretStringTemplate"] == "{}"
    assert generated["GenerateSecretString"]["GenerateStringKey"] == "placeholder"


def test_no_secret_is_an_output(template: Template) -> None:
    for name, value in template.outputs.items():
        assert "resolve:secretsmanager" not in value, name
