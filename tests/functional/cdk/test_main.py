from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.fakes.synthesis import Synthesis, synthesize

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
_LINT_SECONDS = 120


def stacks_of(synthesis: Synthesis) -> dict[str, Any]:
    return {
        name: artifact["properties"]
        for name, artifact in synthesis.document("manifest.json")["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def test_no_test_loads_aws_cdk_itself() -> None:
    """Importing it starts a `node`, which a bare machine has only inside the wheel."""
    assert "aws_cdk" not in sys.modules


def test_a_stack_bears_its_environments_name(synthesized: dict[str, Synthesis]) -> None:
    for environment, synthesis in synthesized.items():
        assert list(stacks_of(synthesis)) == [f"wallcrawler-{environment}"]


def test_cloudformation_tags_all_that_the_stack_makes(synthesized: dict[str, Synthesis]) -> None:
    for environment, synthesis in synthesized.items():
        (stack,) = stacks_of(synthesis).values()
        assert stack["tags"] == {"application": "wallcrawler", "environment": environment}


def test_cfn_lint_finds_nothing(synthesized: dict[str, Synthesis]) -> None:
    templates = [
        str(synthesis.folder / f"wallcrawler-{environment}.template.json")
        for environment, synthesis in synthesized.items()
    ]

    # W3005 is about DependsOn that a reference implies already: CDK writes both.
    done = subprocess.run(
        [str(CFN_LINT), "--ignore-checks", "W3005", "--", *templates],
        capture_output=True,
        text=True,
        timeout=_LINT_SECONDS,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_an_incomplete_context_is_told_in_one_line(tmp_path: Path) -> None:
    done = synthesize(tmp_path, {"environment": "production", "imageTag": "not a tag"})

    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        "wallcrawler cdk: imageTag is not an image tag; "
        "production is not served without TLS: certificateArn and publicHost are needed."
    )
    assert not list(tmp_path.glob("*.template.json"))


def test_a_stack_without_tls_says_so(synthesized: dict[str, Synthesis]) -> None:
    metadata = synthesized["development"].folder / "wallcrawler-development.metadata.json"

    assert "tokens and pages cross the internet in plain text" in metadata.read_text()
    assert (
        "plain text"
        not in (
            synthesized["production"].folder / "wallcrawler-production.metadata.json"
        ).read_text()
    )
