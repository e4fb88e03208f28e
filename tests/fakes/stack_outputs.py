"""What a stack's outputs look like."""

from __future__ import annotations

_ACCOUNT, _REGION = "123456789012", "eu-central-1"


def _secret(name: str) -> str:
    return f"arn:aws:secretsmanager:{_REGION}:{_ACCOUNT}:secret:{name}-AbCdEf"


def make_outputs(**changes: str) -> dict[str, str]:
    """All outputs that deploying reads."""
    return {
        "ApiRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/api",
        "SocketRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/socket",
        "ReaperRoleArn": f"arn:aws:iam::{_ACCOUNT}:role/reaper",
        "LambdaSubnetIds": "subnet-1,subnet-2",
        "LambdaSecurityGroupId": "sg-0a1b2c",
        "RedisEndpoint": "rediss://master.cache.example:6379",
        "RedisAuthSecretArn": _secret("redis"),
        "TokenSecretArn": _secret("token"),
        "ApiKeysSecretArn": _secret("keys"),
        "ModelKeysSecretArn": _secret("models"),
        "CdpPublicUrl": "wss://browsers.example",
        "ClusterArn": f"arn:aws:ecs:{_REGION}:{_ACCOUNT}:cluster/browsers",
        "ServiceName": "browsers",
        "TaskDefinitionArn": f"arn:aws:ecs:{_REGION}:{_ACCOUNT}:task-definition/browsers:7",
        "TaskSubnetIds": "subnet-1,subnet-2",
        "TaskSecurityGroupId": "sg-3d4e5f",
        "RepositoryUri": f"{_ACCOUNT}.dkr.ecr.{_REGION}.amazonaws.com/wallcrawler-production",
        "ScreenshotBucketName": "shots",
        "LogGroupName": "/ecs/wallcrawler/browser-production",
        **changes,
    }
