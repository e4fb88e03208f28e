"""Secrets Manager generates our secrets: no template has one (formats: docs/operations.md)."""

from __future__ import annotations

import json

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.settings import Settings

_KEY_CHARS = 64
"""Letters and digits: about 380 bits; HS256 wants 256, and Redis takes up to 128 characters."""


class Secrets(Construct):
    """Four secrets; rotating one means that two of its keys are valid at once for a while."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._environment = settings.environment
        self.tokens = self._secret("Tokens", "keys that sign session tokens: newest first, commas")
        self.api_keys = self._secret("ApiKeys", "accepted API keys, comma separated")
        self.redis_auth = self._secret("RedisAuth", "Redis' AUTH token")
        self.model_keys = secretsmanager.Secret(
            self,
            "ModelKeys",
            description=self._description("keys of model services, by provider"),
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({}),
                generate_string_key="placeholder",
                exclude_punctuation=True,
            ),
        )

    def _secret(self, name: str, what: str) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            name,
            description=self._description(what),
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=_KEY_CHARS, exclude_punctuation=True, include_space=False
            ),
        )

    def _description(self, what: str) -> str:
        return f"WallCrawler {self._environment}: {what}"
