"""What `./wallcrawler deploy` and `destroy` are told."""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdk.settings import ENVIRONMENTS
from deployment.config import default_region, find_program
from deployment.steps import ROOT

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_PERCENT_MAX = 100
_DIGITS = 12
_ARCHITECTURE_OF_MACHINE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_OF_THE_IMAGE = (".", ":(exclude).chalice")


class OptionsWrong(Exception):
    """The command line cannot be followed; the text says all that is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, checked."""

    environment: str
    region: str
    tag: str
    """Of the image: commit and architecture, so that one tag is one image."""
    context: tuple[str, ...] = field(default_factory=tuple)
    """`key=value` for CDK (`cdk/context.py`)."""
    dry_run: bool = False
    destroying: bool = False
    canary: int | None = None
    """Percent of new sessions that the new version gets; None: all of them."""
    rollback: bool = False


def parse_options(arguments: Sequence[str], destroying: bool = False) -> Options:
    """Read a command line.

    Raises:
        OptionsWrong: it cannot be followed.
        SystemExit: it asked for help, or is not one of ours (argparse says so).
    """
    given = _parser(destroying).parse_args(arguments)
    region = given.region or default_region()
    tag = getattr(given, "tag", None) or f"{commit_tag()}-{machine_architecture()}"
    canary, rollback = getattr(given, "canary", None), getattr(given, "rollback", False)
    problems = [
        text
        for wrong, text in (
            (not region, "name a region, or set AWS_REGION"),
            (bool(region) and not _REGION.fullmatch(region or ""), f"{region} is no AWS region"),
            (not _TAG.fullmatch(tag), f"{tag} is no tag of an image"),
            (canary is not None and not 0 < canary < _PERCENT_MAX, "--canary takes 1 to 99"),
            (canary is not None and rollback, "--canary and --rollback exclude one another"),
            *((("=" not in pair), f"{pair} is not key=value") for pair in given.context),
        )
        if wrong
    ]
    if problems:
        raise OptionsWrong("; ".join(problems) + ".")
    return Options(
        environment=given.environment,
        region=region or "",
        tag=tag,
        context=(*_kept_context(given.environment), *given.context),
        dry_run=given.dry_run,
        destroying=destroying,
        canary=canary,
        rollback=rollback,
    )


def machine_architecture() -> str:
    """As `cdk/context.py` spells it: an image is built for the machine it is built on."""
    return _ARCHITECTURE_OF_MACHINE.get(platform.machine(), "x86_64")


def commit_tag() -> str:
    """The last commit, and a digest of the files where they differ from it; `.chalice` is left out.

    The same files have the same tag, and others another: ECS replaces no task for a tag it has. A
    deployment itself writes into `.chalice`, which is no part of the image.
    """
    commit = _git("log", "-1", "--format=%H", "--", *_OF_THE_IMAGE)[:_DIGITS]
    # An object is written, and nothing else: neither the index nor a file is touched.
    differing = _git("-c", "user.name=-", "-c", "user.email=-", "stash", "create")
    if not differing or (files := _files_of(differing)) == _files_of("HEAD"):
        return commit or "unversioned"
    return f"{commit}-{hashlib.sha256(files.encode()).hexdigest()[:_DIGITS]}"


def _files_of(tree: str) -> str:
    """Names and contents, as git lists them, of a commit's files."""
    listed = _git("ls-tree", "-r", "--full-tree", tree).splitlines()
    return "\n".join(line for line in listed if not line.partition("\t")[2].startswith(".chalice/"))


def _git(*arguments: str) -> str:
    """What git says; nothing where there is no git, or no repository."""
    git = find_program("git")
    if git is None:
        return ""
    done = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def context_file(environment: str) -> Path:
    """Where an operator keeps the context of an environment: a JSON object of strings."""
    return ROOT / "deployment" / f"{environment}.json"


def _kept_context(environment: str) -> list[str]:
    path = context_file(environment)
    if not path.exists():
        return []
    try:
        kept = json.loads(path.read_text())
        return [f"{key}={value}" for key, value in kept.items()]
    except (ValueError, AttributeError):
        raise OptionsWrong(f"{path} is not a JSON object.") from None


def _parser(destroying: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"./wallcrawler {'destroy' if destroying else 'deploy'}",
        description="Take an environment away." if destroying else "Put an environment on AWS.",
    )
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("region", nargs="?", help="default: AWS_REGION")
    parser.add_argument("--dry-run", action="store_true", help="print every step, do nothing")
    parser.add_argument(
        "-c",
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="for CDK, over deployment/ENVIRONMENT.json: certificateArn, publicHost, …",
    )
    if not destroying:
        parser.add_argument("--tag", help="of the image; default: its commit and architecture")
        parser.add_argument(
            "--canary", type=int, metavar="PERCENT", help="new sessions that the new version gets"
        )
        parser.add_argument(
            "--rollback", action="store_true", help="give the new version of --canary no session"
        )
    return parser
