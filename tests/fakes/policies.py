"""What the roles of a template may do, as lines to compare."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.template import Template


def rights_of(template: Template, role: str) -> set[str]:
    """One line per action and resource: `Allow action on resource [if condition]`."""
    return {
        line
        for policy in template.of_type("AWS::IAM::Policy").values()
        if policy["Roles"] == [f"<{role}>"]
        for statement in policy["PolicyDocument"]["Statement"]
        for line in _lines(statement)
    }


def actions_of(template: Template, role: str) -> set[str]:
    """What is allowed, whatever it is on."""
    return {line.split()[1] for line in rights_of(template, role) if line.startswith("Allow ")}


def _lines(statement: dict[str, Any]) -> list[str]:
    condition = f" if {json.dumps(statement['Condition'])}" if "Condition" in statement else ""
    return [
        f"{statement['Effect']} {action} on {resource}{condition}"
        for action in _several(statement["Action"])
        for resource in _several(statement["Resource"])
    ]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
