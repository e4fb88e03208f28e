"""The Dockerfile: linted, and no more than Docker, Podman and an old Buildah all understand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"

    done = subprocess.run(
        [hadolint, "--no-color", "Dockerfile"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_is_told_to_overlook_versions_of_debian_only() -> None:
    assert set(re.findall(r"hadolint ignore=(\S+)", DOCKERFILE)) == {"DL3008"}


def test_nothing_is_used_that_only_new_builders_know() -> None:
    for word in ("--mount=", "--link", "--chmod", "--chown", "# syntax=", "<<"):
        assert word not in DOCKERFILE


def test_the_image_is_three_copies_onto_nothing() -> None:
    last_stage = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :].splitlines()

    assert last_stage[1] == "FROM scratch"
    assert [line for line in last_stage if line.startswith(("COPY", "ADD", "RUN"))] == [
        f"COPY --from={stage} /out/ /" for stage in ("browser", "runtime", "program")
    ]


def test_code_is_copied_after_everything_slow() -> None:
    browser = DOCKERFILE[DOCKERFILE.index("AS browser") : DOCKERFILE.index("AS runtime")]
    runtime = DOCKERFILE[DOCKERFILE.index("AS runtime") : DOCKERFILE.index("AS program")]

    for stage in (browser, runtime):
        assert "cdp_proxy" not in stage
        assert "COPY shared" not in stage


def test_the_context_is_what_stages_copy_and_nothing_else() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text().split()

    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == sources
