"""`python -m tests.fakes.variants FOLDER`: stacks beside those of the environments, to test.

Run with `cdk.json`'s feature flags in `CDK_CONTEXT_JSON`, as the CLI runs the app itself.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import aws_cdk

from cdk.context import Deployment
from cdk.settings import DEVELOPMENT, ModelSettings
from cdk.stack import WallCrawlerStack
from shared.actions import ModelProvider, ModelUse


def with_model(
    provider: ModelProvider,
    name: str,
    *,
    has_key: bool = True,
    region: str | None = None,
    base_url: str | None = None,
    use: ModelUse = ModelUse.AUTO,
) -> Deployment:
    model = ModelSettings(
        provider=provider,
        name=name,
        has_key=has_key,
        region=region,
        base_url=base_url,
        use=use,
    )
    return Deployment(settings=dataclasses.replace(DEVELOPMENT, model=model))


VARIANTS: Mapping[str, Deployment] = {
    "first": Deployment(settings=DEVELOPMENT, desired_count=0, architecture="x86_64"),
    "traced": Deployment(settings=dataclasses.replace(DEVELOPMENT, traces=True)),
    "bedrock-model": with_model(ModelProvider.BEDROCK, "amazon.nova-pro-v1:0", region="eu-west-1"),
    "bedrock-profile": with_model(ModelProvider.BEDROCK, "eu.amazon.nova-pro-v1:0"),
    "bedrock-arn": with_model(
        ModelProvider.BEDROCK, "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abc"
    ),
    "anthropic": with_model(ModelProvider.ANTHROPIC, "claude-sonnet-4-5", use=ModelUse.ALWAYS),
    "openai-without-key": with_model(
        ModelProvider.OPENAI, "qwen3", has_key=False, base_url="https://models.example/v1"
    ),
}


def main(folder: Path) -> None:
    for name, deployment in VARIANTS.items():
        app = aws_cdk.App(outdir=str(folder / name))
        WallCrawlerStack(app, deployment=deployment)
        app.synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
