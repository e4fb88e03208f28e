"""Every module has its unit tests where they are looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("shared", "chalice_app", "cdp_proxy", "standalone", "cdk", "deployment", "image")
TESTED_WHOLE: Mapping[str, str] = {"cdk": "functional"}
"""Rooms whose modules are tested in their program's output, not alone."""
EXEMPT: Mapping[str, str] = {
    "shared/scripts.py": "Lua; run by every test of shared/store.py",
    "shared/connection_scripts.py": "Lua; run by every test of shared/connections.py",
    "cdp_proxy/core/actions/scripts.py": (
        "JavaScript; run in Chromium by tests/integration/test_act.py"
    ),
    "image/rootfs/browser.py": "gathers what Debian has installed; tests/image looks at the result",
    "cdp_proxy/core/actions/extraction/capture_script.py": (
        "JavaScript; run in Chromium by tests/integration/test_extract.py"
    ),
}
"""Modules without a test file of their own, and where they are tested instead."""


def modules() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.name not in {"__init__.py", "__main__.py"}
    )


@pytest.mark.parametrize("module", modules())
def test_a_module_has_its_test_file(module: str) -> None:
    path = Path(module)
    tier = TESTED_WHOLE.get(path.parts[0], "unit")
    expected = ROOT / "tests" / tier / path.parent / f"test_{path.name}"
    by_subject = expected.parent / path.stem

    assert expected.exists() or any(by_subject.glob("test_*.py")) or module in EXEMPT, (
        f"missing {expected.relative_to(ROOT)}, or tests in {by_subject.relative_to(ROOT)}"
    )


@pytest.mark.parametrize("module", EXEMPT)
def test_an_exemption_is_of_a_module_that_exists(module: str) -> None:
    assert (ROOT / module).exists()
