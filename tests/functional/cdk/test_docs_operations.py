"""docs/operations.md says what `cdk/` does."""

from __future__ import annotations

import re
from pathlib import Path

from cdk.context import KEYS
from cdk.settings import DEVELOPMENT, PRODUCTION, Settings
from tests.fakes.template import Template

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "operations.md").read_text()


def section(title: str) -> str:
    return TEXT.partition(f" {title}\n")[2].partition("\n#")[0]


def first_cells(text: str) -> list[str]:
    return [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if "| " in line]


def test_every_key_of_the_context_is_explained() -> None:
    explained = set(
        re.findall(r"`(\w+)`", " ".join(first_cells(section("What a deployment is told"))))
    )

    assert explained == set(KEYS)


def settings_row(name: str) -> list[str]:
    (row,) = [line for line in section("Settings").splitlines() if line.startswith(f"| {name}")]
    return [cell.strip() for cell in row.strip("| ").split(" | ")[1:]]


def both(describe: object) -> list[str]:
    assert callable(describe)
    return [describe(settings) for settings in (DEVELOPMENT, PRODUCTION)]


def size(settings: Settings) -> str:
    return (
        f"{settings.cpu_units // 1024}, {settings.memory_mib // 1024} GiB, "
        f"{settings.storage_gib} GiB"
    )


def test_the_settings_are_those_of_the_environments() -> None:
    assert settings_row("task: vCPU") == both(size)
    assert settings_row("sessions of a task") == both(
        lambda it: f"{it.max_sessions}, {it.warm_browsers}"
    )
    assert settings_row("tasks") == both(lambda it: f"{it.tasks_min}–{it.tasks_max}")  # noqa: RUF001
    assert settings_row("NAT gateways") == both(lambda it: str(it.nat_gateways))
    assert settings_row("logs") == both(lambda it: f"{it.log_days}, {it.access_log_days} days")
    assert settings_row("screenshots") == both(
        lambda it: f"{it.screenshot_days}, {it.recording_days} days"
    )


def test_every_alarm_is_in_the_table(production: Template) -> None:
    rows = " ".join(first_cells(section("Alarms")))
    patterns = [re.escape(name).replace("…", r"\w+") for name in re.findall(r"`([\w…]+)`", rows)]

    ours = [
        name.removeprefix("Alarms")
        for name in production.of_type("AWS::CloudWatch::Alarm")
        if name.startswith("Alarms")
    ]

    assert [name for name in ours if not any(re.fullmatch(it, name) for it in patterns)] == []


def test_every_module_is_in_the_map() -> None:
    named = set(re.findall(r"`(\w+\.py)`", section("The stack")))
    without_resources = {
        "__init__.py",
        "main.py",
        "context.py",
        "settings.py",
        "acknowledgements.py",
    }

    assert {path.name for path in (ROOT / "cdk").glob("*.py")} - without_resources == named


def task_hour(settings: Settings) -> float:
    """Dollars, at the prices of the sketch."""
    cells = re.findall(r"vCPU-hour.*\| ([\d.]+), ([\d.]+), ([\d.]+) \|", TEXT)
    vcpu, gib, disk = map(float, cells[0])
    return (
        settings.cpu_units / 1024 * vcpu
        + settings.memory_mib / 1024 * gib
        + (settings.storage_gib - 20) * disk
    )


def test_the_cost_sketch_is_of_these_settings() -> None:
    an_hour = task_hour(PRODUCTION)
    used = 0.6 * PRODUCTION.max_sessions

    assert f"| tasks, {an_hour:.3f} an hour |" in TEXT
    assert f"{1_000 / used:.1f} task-hours | {1_000 / used * an_hour:.2f} |" in TEXT
    assert (
        f"| {DEVELOPMENT.tasks_min * task_hour(DEVELOPMENT) * 730:.2f} "
        f"| {PRODUCTION.tasks_min * an_hour * 730:.2f} |"
    ) in TEXT
