"""What must be there before anything is done: what is missing is said, and how to get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cdk.context import ContextError, Deployment
from deployment.options import Options, context_file
from deployment.plan import Situation
from deployment.steps import ROOT
from image.commands import Command, Failed, succeeds
from image.tools import find_tool
from shared.aws_names import stack_name

_TOOLKIT_STACK = "CDKToolkit"


class Clients(Protocol):
    """Where clients of AWS come from (`boto3.client`)."""

    def __call__(self, service: str, *, region_name: str) -> Any:
        """A client of a service."""
        ...


Works = Callable[[Command], bool]
"""Whether a command is there and ends well."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out before the first step."""

    problems: list[str] = field(default_factory=list)
    """One sentence each: what is missing, and how to get it."""
    situation: Situation | None = None
    """None without credentials."""


def check(options: Options, clients: Clients, works: Works = succeeds) -> Findings:
    """Look at everything, and say all that is missing at once."""
    problems = _tool_problems(options, works)
    if not _needs_stack(options):
        problems += _context_problems(options)
    situation, credential_problem = _look_at_aws(options, clients)
    if credential_problem is not None:
        problems.append(credential_problem)
    if situation is not None and not situation.deployed and _needs_stack(options):
        problems.append(
            f"There is no stack {stack_name(options.environment)} in {options.region} yet: "
            f"first run ./wallcrawler deploy {options.environment} {options.region}."
        )
    return Findings(problems, situation)


def _needs_stack(options: Options) -> bool:
    """Whether the stack is left as it is, and must therefore be there."""
    return options.canary is not None or options.rollback


def _tool_problems(options: Options, works: Works) -> list[str]:
    problems = []
    if not (options.rollback or options.destroying):
        try:
            find_tool(works=works)
        except Failed as nothing_works:
            problems.append(str(nothing_works))
    if not (ROOT / ".venv" / "bin" / "chalice").exists():
        problems.append("chalice is not installed: run this through ./wallcrawler deploy.")
    return problems


def _context_problems(options: Options) -> list[str]:
    """What CDK would complain about a minute later."""
    given = {"environment": options.environment}
    for pair in options.context:
        key, _, value = pair.partition("=")
        given[key] = value
    try:
        Deployment.from_context(given.get)
    except ContextError as error:
        where = context_file(options.environment).relative_to(ROOT)
        return [f"{error} Context is given with -c KEY=VALUE, or kept in {where}."]
    return []


def _look_at_aws(options: Options, clients: Clients) -> tuple[Situation | None, str | None]:
    # Late: the dry run of somebody without botocore's trouble needs none of it.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        identity = clients("sts", region_name=options.region).get_caller_identity()
        cloudformation = clients("cloudformation", region_name=options.region)
        return (
            Situation(
                account=identity["Account"],
                bootstrapped=_exists(cloudformation, _TOOLKIT_STACK),
                deployed=_exists(cloudformation, stack_name(options.environment)),
            ),
            None,
        )
    except (BotoCoreError, ClientError) as error:
        return None, (
            f"AWS cannot be asked ({_in_short(error)}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run aws configure sso."
        )


def _exists(cloudformation: Any, name: str) -> bool:
    """A stack whose making failed is as good as none: CDK makes it anew."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return False
        raise
    return stack["StackStatus"] not in {"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"}


def _in_short(error: Exception) -> str:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)
