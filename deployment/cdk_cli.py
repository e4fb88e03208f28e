"""`python -m deployment.cdk_cli ARGUMENTS`: the pinned CDK CLI, on a Node that jsii supports.

npm's `latest` of aws-cdk cannot read what the pinned aws-cdk-lib writes, so the version is locked
in `cdk/cli/`; it is installed once into `.wallcrawler/`, which git ignores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.node import find_node, install

ROOT = Path(__file__).parents[1]
LOCKED = ROOT / "cdk" / "cli"
CACHE = ROOT / ".wallcrawler" / "node"
OLDEST_NODE = 22
"""What jsii still supports; with an older one it says so in a dozen lines each time."""


@dataclass(frozen=True, slots=True)
class CdkCli:
    """An installed CLI; run `command(...)` in `ROOT` with `environment(...)`."""

    node: str
    script: Path

    def command(self, *arguments: str) -> list[str]:
        """The command line of `cdk ARGUMENTS`."""
        return [self.node, str(self.script), *arguments]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """`env`, such that the app that the CLI starts (`cdk.json`) finds its Node."""
        return {
            **env,
            "JSII_NODE": self.node,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }


def installed_cli() -> CdkCli:
    """The CLI, installed at the first call; needs the network for that one."""
    node, _ = find_node(OLDEST_NODE)
    folder = install(LOCKED, CACHE)
    return CdkCli(node, folder / "node_modules" / "aws-cdk" / "bin" / "cdk")


def main(arguments: list[str], env: Mapping[str, str]) -> None:
    """Become the CLI; its app is found from the repository's root."""
    cli = installed_cli()
    os.chdir(ROOT)
    command = cli.command(*arguments)
    os.execve(command[0], command, cli.environment(env))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)  # noqa: TID251 - handed on whole, as any shell would
