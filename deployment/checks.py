"""What must be there before anything is done: what is missing is said, and how to get it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cdk.context import KEYS, ContextError, Deployment
from deployment.chalice_record import Record
from deployment.options import Options, context_file
from deployment.plan import Situation
from deployment.steps import ROOT
from image.commands import Command, Failed, succeeds
from image.tools import find_tool
from shared.aws_names import stack_name

_TOOLKIT_STACK = "CDKToolkit"
_NEVER_MADE = frozenset({None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""Status of a stack whose making failed, which is as good as none: CDK makes it anew."""


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


def check(
    options: Options,
    clients: Clients,
    works: Works = succeeds,
    chalice_folder: Path = ROOT / ".chalice",
) -> Findings:
    """Look at everything, and say all that is missing at once."""
    problems = _tool_problems(options, works)
    if not _needs_stack(options):
        problems += _context_problems(options)
    try:
        situation, stack = _look_at_aws(options, clients)
    except _NoAnswer as unknown:
        return Findings([*problems, str(unknown)])
    problems += _stack_problems(options, stack)
    problems += _place_problems(options, situation, Record(chalice_folder, options.environment))
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
    where = context_file(options.environment).relative_to(ROOT)
    problems = [
        f"There is no context {key}: it is one of {', '.join(KEYS)}; all else is said in "
        "cdk/settings.py."
        for key in given
        # CDK's own, such as @aws-cdk/core:…, are its business.
        if key not in KEYS and key.isalnum()
    ]
    if given["environment"] != options.environment:
        return [f"{options.environment} is what is named: -c environment says something else."]
    try:
        certificate = Deployment.from_context(given.get).certificate_arn
        if certificate is not None and f":{options.region}:" not in certificate:
            problems.append(f"The certificate must be of {options.region}: {certificate} is not.")
    except ContextError as error:
        problems.append(f"{error} Context is given with -c KEY=VALUE, or kept in {where}.")
    return problems


def _stack_problems(options: Options, status: str | None) -> list[str]:
    """What CDK or a later step would stumble over."""
    name, where = stack_name(options.environment), f"{options.environment} {options.region}"
    if _needs_stack(options):
        if status in _NEVER_MADE:
            return [f"There is no stack {name} yet: first run ./wallcrawler deploy {where}."]
        return []
    if status in _NEVER_MADE or options.destroying:
        return []
    if status == "DELETE_FAILED":
        return [f"The stack {name} is half deleted: first run ./wallcrawler destroy {where}."]
    if status is not None and status.endswith("_IN_PROGRESS"):
        return [f"The stack {name} is being changed ({status}): wait until that has ended."]
    return []


def _place_problems(options: Options, situation: Situation, record: Record) -> list[str]:
    """Elsewhere, Chalice would make all again and forget what there is."""
    there = record.place()
    if there is None or there == (situation.account, options.region):
        return []
    account, region = there
    what = f"{record.path} tells of {options.environment} in account {account}, {region}"
    return [f"{what}: that is to be named, or this done from another clone of the repository."]


class _NoAnswer(Exception):
    """Of AWS; one sentence for the person who deploys."""


def _look_at_aws(options: Options, clients: Clients) -> tuple[Situation, str | None]:
    """What is there, and the stack's status.

    Raises:
        _NoAnswer: AWS cannot be asked.
    """
    # Late: the dry run of somebody without botocore's trouble needs none of it.
    from botocore.exceptions import (  # noqa: PLC0415
        BotoCoreError,
        ClientError,
        EndpointConnectionError,
    )

    try:
        identity = clients("sts", region_name=options.region).get_caller_identity()
        cloudformation = clients("cloudformation", region_name=options.region)
        status = _status(cloudformation, stack_name(options.environment))
        toolkit = _status(cloudformation, _TOOLKIT_STACK)
    except EndpointConnectionError as error:
        raise _NoAnswer(
            f"AWS cannot be reached ({error}): is there a network, and a region {options.region}?"
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise _NoAnswer(
            f"AWS cannot be asked ({_in_short(error)}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run aws configure sso."
        ) from error
    situation = Situation(
        account=identity["Account"],
        bootstrapped=toolkit not in _NEVER_MADE,
        deployed=status not in _NEVER_MADE,
    )
    return situation, status


def _status(cloudformation: Any, name: str) -> str | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return None
        raise
    return str(stack["StackStatus"])


def _in_short(error: Exception) -> str:
    response: Mapping[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)
