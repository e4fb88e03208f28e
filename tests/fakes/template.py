"""A CloudFormation template to make assertions on, with references made readable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HASH = re.compile(r"[0-9A-F]{8}$")
"""What CDK adds to the ids of resources."""

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """One stack."""

    document: Mapping[str, Any]

    def of_type(self, resource_type: str) -> dict[str, Properties]:
        """Properties of all resources of a type, readable, by their ids without hashes."""
        return {
            name_of(name): readable(resource.get("Properties", {}))
            for name, resource in self.document["Resources"].items()
            if resource["Type"] == resource_type
        }

    def only(self, resource_type: str) -> Properties:
        """Properties of the one resource of a type."""
        (properties,) = self.of_type(resource_type).values()
        return properties

    def policy(self, resource_type: str, name: str) -> str:
        """What becomes of a resource with the stack."""
        return {
            name_of(key): resource["DeletionPolicy"]
            for key, resource in self.document["Resources"].items()
            if resource["Type"] == resource_type
        }[name]

    @property
    def outputs(self) -> dict[str, str]:
        """Values of the outputs, readable."""
        return {
            name: readable(output["Value"]) for name, output in self.document["Outputs"].items()
        }

    def texts(self) -> Iterator[str]:
        """Every literal text in it."""
        yield from _texts(self.document)


def name_of(logical_id: str) -> str:
    """An id without its hash."""
    return _HASH.sub("", logical_id)


def readable(value: Any) -> Any:
    """The same with `Ref`s as `<Id>`, attributes as `<Id.Attribute>`, and joins joined."""
    if isinstance(value, list):
        return [readable(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return f"<{name_of(value['Ref'])}>"
    if set(value) == {"Fn::GetAtt"}:
        resource, attribute = value["Fn::GetAtt"]
        return f"<{name_of(resource)}.{attribute}>"
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return separator.join(readable(part) for part in parts)
    if set(value) == {"Fn::Select"}:
        index, parts = value["Fn::Select"]
        return f"<{index} of {readable(parts)}>"
    return {key: readable(item) for key, item in value.items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _texts(item)
