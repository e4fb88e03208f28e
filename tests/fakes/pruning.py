"""CloudFormation templates as far as moto can take them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

UNSUPPORTED = frozenset(
    {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::EC2::FlowLog",
        "AWS::EC2::VPCEndpoint",
        "AWS::ElastiCache::ParameterGroup",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::SubnetGroup",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SecretsManager::Secret",
    }
)
"""What moto 5.2 does not make, or not from what CDK writes."""

Template = dict[str, Any]


def prune(template: Template, literals: Mapping[str, str]) -> Template:
    """A template without what moto cannot make.

    Args:
        template: as CDK wrote it.
        literals: by the logical id of a resource that goes, or by `id.attribute`, what stands for
            it wherever it is referred to; others get a made-up ARN.
    """
    gone = {
        name for name, resource in template["Resources"].items() if resource["Type"] in UNSUPPORTED
    }
    kept = {name: it for name, it in template["Resources"].items() if name not in gone}
    rest = {**template, "Resources": kept}
    pruned: Template = _without(rest, gone, literals)
    return pruned


def logical_id_of(template: Template, kind: str, beginning: str = "") -> str:
    """The logical id of the one resource of a type whose id begins so."""
    (name,) = [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind and name.startswith(beginning)
    ]
    return name


def _without(node: Any, gone: Set[str], literals: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_without(item, gone, literals) for item in node]
    if not isinstance(node, dict):
        return node
    name, attribute = _referred(node)
    if name in gone:
        made_up = f"arn:aws:pruned:eu-central-1:123456789012:{name}"
        return literals.get(f"{name}.{attribute}", literals.get(name, made_up))
    pruned = {key: _without(value, gone, literals) for key, value in node.items()}
    if "DependsOn" in pruned:
        wanted = pruned["DependsOn"]
        names = [wanted] if isinstance(wanted, str) else wanted
        pruned["DependsOn"] = [name for name in names if name not in gone]
    return pruned


def _referred(node: Mapping[str, Any]) -> tuple[str, str]:
    """Logical id and attribute that a `Ref` or a `GetAtt` names; two empty words if it is none."""
    if set(node) == {"Ref"}:
        return str(node["Ref"]), ""
    if set(node) == {"Fn::GetAtt"}:
        target = node["Fn::GetAtt"]
        name, _, attribute = (".".join(target) if isinstance(target, list) else target).partition(
            "."
        )
        return name, attribute
    return "", ""
