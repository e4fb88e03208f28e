from __future__ import annotations

from tests.fakes.template import Template


def test_the_key_rotates(template: Template) -> None:
    assert template.only("AWS::KMS::Key")["EnableKeyRotation"] is True


def test_besides_the_account_only_alarms_of_this_account_may_use_the_key(
    template: Template,
) -> None:
    account, alarms = template.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]

    assert account["Principal"] == {"AWS": "arn:<AWS::Partition>:iam::<AWS::AccountId>:root"}
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}


def test_the_key_outlives_productions_stack_because_what_it_encrypts_does(
    development: Template, production: Template
) -> None:
    assert production.policy("AWS::KMS::Key", "EncryptionKey") == "Retain"
    assert development.policy("AWS::KMS::Key", "EncryptionKey") == "Delete"
