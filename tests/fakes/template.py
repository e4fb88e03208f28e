"""A CloudFormation template to make assertions on, with references made readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
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
    (function, *others) = value or ("",)
    if others or function not in _FUNCTIONS:
        return {key: readable(item) for key, item in value.items()}
    return _FUNCTIONS[function](value[function])


def _joined(separator: str, parts: list[Any]) -> str:
    return separator.join(readable(part) for part in parts)


_FUNCTIONS: Mapping[str, Callable[[Any], str]] = {
    "Ref": lambda name: f"<{name_of(name)}>",
    "Fn::GetAtt": lambda path: f"<{name_of(path[0])}.{path[1]}>",
    "Fn::Join": lambda arguments: _joined(*arguments),
    "Fn::Select": lambda arguments: f"<{arguments[0]} of {readable(arguments[1])}>",
}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from _texts(item)
