"""`python -m cdk.main`: what the CDK CLI runs (`cdk.json`) to get an environment's template."""

from __future__ import annotations

import sys

import aws_cdk
from cdk_nag import AwsSolutionsChecks

from cdk.context import ContextError, Deployment
from cdk.stack import WallCrawlerStack

EXIT_CONTEXT = 2


def main() -> int:
    """Synthesize into the folder that the CLI names (`CDK_OUTDIR`); the exit code."""
    app = aws_cdk.App()
    try:
        deployment = Deployment.from_context(app.node.try_get_context)
    except ContextError as error:
        sys.stderr.write(f"wallcrawler cdk: {error}\n")
        return EXIT_CONTEXT
    WallCrawlerStack(app, deployment=deployment)
    if deployment.nag:
        aws_cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
