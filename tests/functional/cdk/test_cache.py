from __future__ import annotations

from tests.fakes.template import Template


def test_redis_is_encrypted_on_the_wire_and_on_disk(template: Template) -> None:
    redis = template.only("AWS::ElastiCache::ReplicationGroup")

    assert redis["TransitEncryptionEnabled"] is True
    assert redis["TransitEncryptionMode"] == "required"
    assert redis["AtRestEncryptionEnabled"] is True
    assert redis["KmsKeyId"] == "<EncryptionKey.Arn>"


def test_redis_asks_for_the_generated_token_which_the_template_only_refers_to(
    template: Template,
) -> None:
    redis = template.only("AWS::ElastiCache::ReplicationGroup")

    assert redis["AuthToken"] == "{{resolve:secretsmanager:<SecretsRedisAuth>:SecretString:::}}"


def test_redis_lives_in_the_isolated_subnets_behind_its_own_group(template: Template) -> None:
    redis = template.only("AWS::ElastiCache::ReplicationGroup")
    subnets = template.only("AWS::ElastiCache::SubnetGroup")["SubnetIds"]

    assert redis["SecurityGroupIds"] == ["<SecurityGroupsRedis.GroupId>"]
    assert redis["CacheSubnetGroupName"] == "<CacheSubnets>"
    assert all(subnet.startswith("<NetworkVpcdataSubnet") for subnet in subnets)


def test_redis_never_evicts_a_live_session(template: Template) -> None:
    parameters = template.only("AWS::ElastiCache::ParameterGroup")

    assert parameters["Properties"] == {"maxmemory-policy": "noeviction"}


def test_productions_redis_survives_the_loss_of_a_zone(
    development: Template, production: Template
) -> None:
    one = development.only("AWS::ElastiCache::ReplicationGroup")
    two = production.only("AWS::ElastiCache::ReplicationGroup")

    assert (one["NumCacheClusters"], one["MultiAZEnabled"]) == (1, False)
    assert (two["NumCacheClusters"], two["MultiAZEnabled"]) == (2, True)
    assert two["AutomaticFailoverEnabled"] is True
