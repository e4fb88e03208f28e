"""`python -m image`: builds the image and prints what its layers weigh."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from image.building import EDITIONS, Wish, build, default_tag, today
from image.cache import cache_of
from image.commands import Failed, run, temporary_folder
from image.sizes import table
from image.tools import NAMES, Tool, find_tool

REPOSITORY = Path(__file__).resolve().parents[1]
_TEMPORARY = Path("/var/tmp")  # noqa: S108 (a disk: it takes 1 GB)


def main(arguments: list[str]) -> int:
    """Do what the command line says; its exit code."""
    options = _parser().parse_args(arguments)
    if (options.push or options.login) and "/" not in (options.tag or ""):
        sys.stderr.write("image: --push and --login need a --tag that names a registry.\n")
        return 2
    signal.signal(signal.SIGTERM, _end)
    try:
        if options.for_tests:
            layers = cache_of(REPOSITORY, os.environ).image(options.browser).layers  # noqa: TID251
        else:
            with temporary_folder(_TEMPORARY, "wc-image-") as folder:
                tool = find_tool(options.tool)
                layers = build(tool, _wish(options), folder).layers()
                _publish(tool, options)
    except Failed as error:
        sys.stderr.write(f"image: {error}\n")
        return 1
    sys.stdout.write(table(layers))
    return 0


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Take along what has been started, when that is a process group of our own."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGTERM)
    sys.exit(128 + signal.SIGTERM)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./wallcrawler image", description="Build the browser container's image."
    )
    parser.add_argument("--browser", choices=EDITIONS, default=EDITIONS[0])
    parser.add_argument("--tag", help="default: wallcrawler: and the browser")
    parser.add_argument("--platform", help="linux/arm64, say; default: this machine's")
    parser.add_argument("--push", action="store_true", help="send it to the registry in its tag")
    parser.add_argument(
        "--login", metavar="USER", help="sign in there first; the password is read from stdin"
    )
    parser.add_argument("--tool", choices=NAMES, help="default: the first that works here")
    parser.add_argument(
        "--base",
        choices=("registry", "debootstrap"),
        default="registry",
        help="where the Debian below comes from: Docker Hub, or made here (buildah, root)",
    )
    parser.add_argument(
        "--packages-of",
        default=today(),
        help="Debian's packages are fetched anew when this changes (default: the date)",
    )
    parser.add_argument("--for-tests", action="store_true", help=argparse.SUPPRESS)
    return parser


def _publish(tool: Tool, options: argparse.Namespace) -> None:
    if options.login:
        run(tool.login(options.login, options.tag))  # the password is on our stdin
    if options.push:
        run(tool.push(options.tag))


def _wish(options: argparse.Namespace) -> Wish:
    return Wish(
        repository=REPOSITORY,
        edition=options.browser,
        tag=options.tag or default_tag(options.browser),
        packages_of=options.packages_of,
        platform=options.platform,
        local_base=options.base == "debootstrap",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
