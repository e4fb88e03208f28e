"""`./wallcrawler deploy|destroy ENVIRONMENT [REGION]`: checks first, then step by step."""

from __future__ import annotations

import sys

import boto3

from deployment.checks import Clients, check
from deployment.options import Options, OptionsWrong, parse_options
from deployment.plan import UNKNOWN, deploy_steps, destroy_steps
from deployment.steps import Run, StepFailed, run_command, run_steps, script_of, to_stderr

EXIT_USAGE = 2
EXIT_MISSING = 3


def main(arguments: list[str], clients: Clients = boto3.client, run: Run = run_command) -> int:
    """Do it; the exit code."""
    destroying = arguments[:1] == ["destroy"]
    try:
        options = parse_options(arguments[1:], destroying)
    except OptionsWrong as error:
        to_stderr(str(error))
        return EXIT_USAGE
    findings = check(options, clients)
    for problem in findings.problems:
        to_stderr(problem)
    situation = findings.situation or UNKNOWN
    steps = destroy_steps(options) if destroying else deploy_steps(options, situation)
    if options.dry_run:
        sys.stdout.write(script_of(steps, _variables(options)))
        return 0
    if findings.problems:
        return EXIT_MISSING
    try:
        run_steps(steps, _variables(options), run)
    except StepFailed as error:
        to_stderr(f"{error}. The same command again goes on from here.")
        return 1
    return 0


def _variables(options: Options) -> dict[str, str]:
    """The tools differ in which of the two they read."""
    return {"AWS_REGION": options.region, "AWS_DEFAULT_REGION": options.region}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
