"""The `wallcrawler` script: what it does before it hands over."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

import image.tools
from standalone.config import REPOSITORY

SCRIPT = REPOSITORY / "wallcrawler"


@pytest.fixture
def script() -> ModuleType:
    loader = SourceFileLoader("wallcrawler_script", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 5))


def test_an_old_python_gets_one_sentence() -> None:
    program = f"import sys; sys.version_info = (3, 10, 0); exec(open({str(SCRIPT)!r}).read())"

    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("wallcrawler: Python 3.11 or newer is needed, but this is 3.10")
    assert done.stderr.count("\n") == 1


def test_help_is_on_stdout_and_misuse_on_stderr() -> None:
    helped, unasked, misused = run("--help"), run(), run("paint")

    assert (helped.returncode, unasked.returncode, misused.returncode) == (0, 2, 2)
    assert helped.stdout == unasked.stderr
    assert misused.stderr == "wallcrawler: there is no command paint.\n" + helped.stdout


def test_only_commands_that_work_are_offered(script: ModuleType) -> None:
    offered = set(re.findall(r"^  (\w+)", script.USAGE, re.MULTILINE))

    assert offered == {
        *("up", "test", "check", "bench", "image"),
        *("cdk", "deploy", "destroy"),
    }


def test_the_builders_of_images_are_those_that_the_builder_knows(script: ModuleType) -> None:
    assert script.IMAGE_BUILDERS == image.tools.NAMES


def test_a_program_works_when_it_is_there_and_ends_well(script: ModuleType) -> None:
    assert script.works(["true"])
    assert not script.works(["false"])
    assert not script.works(["no-such-program-anywhere"])


@pytest.mark.parametrize(
    ("arguments", "browsers"),
    [
        ([], ["headless-shell"]),
        (["--browser", "chromium"], ["chromium"]),
        (["--browser=chromium", "--port", "0"], ["chromium"]),
        (["--browser", "lynx"], []),
    ],
)
def test_the_browser_that_is_wanted_is_the_one_installed(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    browsers: list[str],
) -> None:
    monkeypatch.delenv("WALLCRAWLER_BROWSER", raising=False)

    assert script.wanted_browsers(arguments) == browsers


def test_every_file_of_requirements_counts_for_the_stamp(script: ModuleType) -> None:
    def included(name: str) -> set[str]:
        lines = (REPOSITORY / name).read_text().splitlines()
        files = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
        paths = {str(Path(name).parent / file).replace("requirements/../", "") for file in files}
        return {name}.union(*(included(path) for path in paths))

    assert included("requirements/standalone.txt") == set(script.REQUIREMENTS["standalone"])
    assert included("requirements/dev.txt") == set(
        script.REQUIREMENTS["standalone"] + script.REQUIREMENTS["dev"]
    )


def test_every_direct_dependency_is_pinned_and_agrees_with_the_constraints() -> None:
    def pins(name: str) -> set[str]:
        lines = (REPOSITORY / name).read_text().splitlines()
        found = {line.lower() for line in lines if line and line[0] not in "#-"}
        assert all("==" in line for line in found)
        return {line.replace("[twisted]", "").replace("[lua]", "") for line in found}

    direct = set().union(
        pins("requirements.txt"),
        *(pins(f"requirements/{name}.txt") for name in ("container", "standalone", "dev")),
    )
    constraints = {pin.replace("_", "-") for pin in pins("requirements/constraints.txt")}

    assert {pin.replace("_", "-") for pin in direct} <= constraints
