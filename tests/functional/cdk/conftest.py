"""Each environment synthesized once for all tests, both at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.synthesis import DEVELOPMENT, PRODUCTION, Synthesis, synthesize
from tests.fakes.template import Template


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesis]:
    """By environment; with cdk-nag, so that one run serves for both."""
    contexts = {context["environment"]: context for context in (DEVELOPMENT, PRODUCTION)}
    with ThreadPoolExecutor() as pool:
        runs = {
            environment: pool.submit(
                synthesize, tmp_path_factory.mktemp(environment), {**context, "nag": "1"}
            )
            for environment, context in contexts.items()
        }
        return {environment: run.result() for environment, run in runs.items()}


def _template(synthesis: Synthesis, environment: str) -> Template:
    assert synthesis.exit_code == 0, synthesis.stderr
    return Template(synthesis.document(f"wallcrawler-{environment}.template.json"))


@pytest.fixture(scope="session")
def development(synthesized: dict[str, Synthesis]) -> Template:
    return _template(synthesized["development"], "development")


@pytest.fixture(scope="session")
def production(synthesized: dict[str, Synthesis]) -> Template:
    return _template(synthesized["production"], "production")


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """By the names in `tests.fakes.variants`."""
    folder = tmp_path_factory.mktemp("variants")
    done = synthesize(folder, {}, ("tests.fakes.variants", str(folder)))
    assert done.exit_code == 0, done.stderr
    return {
        path.name: Template(done.document(f"{path.name}/wallcrawler-development.template.json"))
        for path in folder.iterdir()
    }


@pytest.fixture(params=["development", "production"])
def template(request: pytest.FixtureRequest) -> Template:
    """Either, for what both promise."""
    found: Template = request.getfixturevalue(request.param)
    return found
