"""Which steps make a deployment, given what is there already.

1. The CDK toolkit stack, once for an account and region (`cdk bootstrap`).
2. The first time the stack without a task: the image needs its registry, the tasks need the image.
3. The image, built and pushed under the tag of its version.
4. The stack, with that tag: ECS replaces its tasks, which drain (docs/operations.md).
5. Chalice's configuration from the stack's outputs, then `chalice deploy` (`functions`).
6. A canary that may run is over: all tasks are of one version now.
7. A session is created, looked at and deleted; the endpoints are printed.

A canary is 3, and tasks of the new version beside the service's, which get a share of new sessions.
Stack and functions stay as they are; a later deployment of the same tag makes the whole of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdk.settings import ENVIRONMENTS
from deployment.options import Options, machine_architecture
from deployment.steps import PYTHON, Step
from shared.aws_names import stack_name


@dataclass(frozen=True, slots=True)
class Situation:
    """What an account and region have already."""

    account: str
    bootstrapped: bool
    deployed: bool


UNKNOWN = Situation(account="ACCOUNT", bootstrapped=False, deployed=False)
"""For a dry run without credentials: as if nothing were there."""


def outputs_file(environment: str) -> str:
    """Where CDK's CLI leaves the outputs."""
    return f"cdk.out/outputs-{environment}.json"


def deploy_steps(options: Options, situation: Situation) -> list[Step]:
    """The steps of `./wallcrawler deploy`."""
    if options.rollback:
        return [_canary(options, "stop", "no new session for the canary")]
    if options.canary is not None:
        return _canary_steps(options)
    steps = [] if situation.bootstrapped else [_bootstrap(options, situation)]
    if not situation.deployed:
        steps.append(_stack(options, "the stack, without tasks", "desiredCount=0"))
    return [
        *steps,
        _push(options),
        _stack(options, "the stack", f"imageTag={options.tag}"),
        _functions(options),
        _canary(options, "stop", "no canary any more"),
        _smoke(options),
    ]


def destroy_steps(options: Options) -> list[Step]:
    """The steps of `./wallcrawler destroy`: first whatever lets new sessions in."""
    return [
        Step("functions", (".venv/bin/chalice", "delete", "--stage", options.environment)),
        Step(
            "tasks beside the service",
            (PYTHON, "-m", "deployment.tasks", "stop", *_where(options)),
        ),
        *_emptied_buckets(options),
        Step(
            "the stack",
            (
                *("./wallcrawler", "cdk", "destroy", stack_name(options.environment), "--force"),
                *_context(options),
            ),
        ),
    ]


def _emptied_buckets(options: Options) -> list[Step]:
    if ENVIRONMENTS[options.environment].keep_data:
        return []
    command = (PYTHON, "-m", "deployment.buckets", "empty", *_where(options))
    return [Step("what buckets hold", command)]


def _functions(options: Options) -> Step:
    command = (
        *(PYTHON, "-m", "deployment.functions", options.environment),
        *("--outputs", outputs_file(options.environment)),
    )
    return Step("functions", command)


def _canary_steps(options: Options) -> list[Step]:
    return [
        _push(options),
        _canary(
            options,
            "start",
            f"{options.canary} % of new sessions for {options.tag}",
            *("--tag", options.tag, "--percent", str(options.canary)),
            *("--architecture", machine_architecture()),
        ),
        _smoke(options),
    ]


def _bootstrap(options: Options, situation: Situation) -> Step:
    place = f"aws://{situation.account}/{options.region}"
    # The CLI runs the app for this, too, which wants its context.
    command = ("./wallcrawler", "cdk", "bootstrap", place, *_context(options))
    return Step("CDK's toolkit stack", command)


def _stack(options: Options, title: str, *context: str) -> Step:
    return Step(
        title,
        (
            *("./wallcrawler", "cdk", "deploy", stack_name(options.environment)),
            *("--require-approval", "never"),
            *("--outputs-file", outputs_file(options.environment)),
            *_context(options, f"architecture={machine_architecture()}", *context),
        ),
    )


def _push(options: Options) -> Step:
    command = (PYTHON, "-m", "deployment.push", *_where(options), "--tag", options.tag)
    return Step("the image", command)


def _canary(options: Options, action: str, title: str, *more: str) -> Step:
    return Step(title, (PYTHON, "-m", "deployment.canary", action, *_where(options), *more))


def _smoke(options: Options) -> Step:
    return Step("a session", (PYTHON, "-m", "deployment.smoke", *_where(options)))


def _where(options: Options) -> tuple[str, ...]:
    return (options.environment, "--region", options.region)


def _context(options: Options, *more: str) -> tuple[str, ...]:
    """What is given wins over what is derived."""
    pairs: dict[str, str] = {}
    for pair in (f"environment={options.environment}", *more, *options.context):
        key, _, value = pair.partition("=")
        pairs[key] = value
    return tuple(word for key, value in pairs.items() for word in ("-c", f"{key}={value}"))
