"""A JSON Schema as what to look for: a tree of wants, references and alternatives resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jsonschema.protocols import Validator

from cdp_proxy.core.actions.extraction import validation
from cdp_proxy.core.actions.extraction.capture import Selector
from cdp_proxy.core.actions.extraction.words import Query, stems
from shared.errors import InvalidRequest

WANTS_MAX: Final = 1_000
MERGES_MAX: Final = 20_000
"""Subschemas followed in all."""
SELECTORS_MAX: Final = 200
SELECTOR_CHARS_MAX: Final = 2_000
REPEATS_MAX: Final = 3
"""How often a recursive schema is looked for within itself."""
_SCALARS: Final = ("boolean", "integer", "number", "string")

Schema = Mapping[str, Any]


@dataclass(slots=True)
class Want:
    """One place of the result, and everything the schema says of it."""

    path: str
    """Of the schema, for errors: property names and `*` for items."""
    query: Query
    types: tuple[str, ...]
    """JSON types it may have, `null` left out; of an object or array that one alone."""
    schema: Schema
    """With references and `allOf` merged in."""
    selector: int | None = None
    """Its `x-selector`, by its place in `Plan.selectors`."""
    attribute: str | None = None
    """Its `x-attribute`."""
    properties: dict[str, Want] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Want | None = None

    @property
    def kind(self) -> str:
        """`object`, `array` or `scalar`."""
        return self.types[0] if self.types[0] in {"object", "array"} else "scalar"

    @property
    def format(self) -> str:
        """`format`, or `""`."""
        return str(self.schema.get("format", ""))

    @property
    def choices(self) -> Sequence[object]:
        """What `enum` or `const` leave to choose from; empty when they say nothing."""
        if "const" in self.schema:
            return [self.schema["const"]]
        return list(self.schema.get("enum", ()))


@dataclass(frozen=True, slots=True)
class Plan:
    """A schema, ready."""

    root: Want
    selectors: Sequence[Selector]
    paths: Sequence[str]
    """Where in the schema each selector stands."""
    validator: Validator


def make_plan(schema: object) -> Plan:
    """Check a schema and make it a plan.

    Raises:
        InvalidRequest: it is no JSON Schema of draft 2020-12, or asks too much.
    """
    if not isinstance(schema, Mapping):
        raise _refuse("it is not an object")
    validation.check_schema(schema)
    maker = _Maker(schema)
    root = maker.want(schema, "", Query(name=""), -1, ())
    if root is None:
        raise _refuse("it only refers to itself")
    return Plan(root, maker.selectors, maker.paths, validation.make_validator(schema))


def _refuse(why: str) -> InvalidRequest:
    return InvalidRequest(f"The schema cannot be used: {why}.", field="schema")


class _Maker:
    """Walks a schema once, following references."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._wants = 0
        self._merges = 0
        self.selectors: list[Selector] = []
        self.paths: list[str] = []

    def want(
        self, part: Schema, path: str, query: Query, within: int, around: tuple[int, ...]
    ) -> Want | None:
        """The want of a subschema; None where a recursive schema has been followed far enough.

        Args:
            part: The subschema.
            path: Where it stands.
            query: What its property is called.
            within: The selector of the array's items around it, or -1.
            around: Ids of the subschemas around it.
        """
        self._wants += 1
        if self._wants > WANTS_MAX:
            raise _refuse(f"it asks for more than {WANTS_MAX} values")
        if around.count(id(part)) >= REPEATS_MAX:
            return None
        merged = self._merge(part)
        query = _with_texts(query, merged)
        made = Want(path, query, _types(merged), merged)
        made.attribute = _text(merged, "x-attribute", path)
        made.selector = self._selector(merged, path, within)
        around = (*around, id(part))
        if made.kind == "object":
            self._add_properties(made, within if made.selector is None else made.selector, around)
        elif made.kind == "array":
            scope = -1 if made.selector is None else made.selector
            made.items = self._items(made, scope, around)
        return made

    def _items(self, made: Want, within: int, around: tuple[int, ...]) -> Want | None:
        items = made.schema.get("items")
        part = items if isinstance(items, Mapping) else {}
        query = Query(name="", context=(*made.query.context, *stems(made.query.name)))
        return self.want(part, f"{made.path}/*", query, within, around)

    def _add_properties(self, made: Want, within: int, around: tuple[int, ...]) -> None:
        properties = made.schema.get("properties", {})
        context = (*made.query.context, *stems(made.query.name), *stems(made.query.title))
        made.required = frozenset(made.schema.get("required", ()))
        for name in dict.fromkeys((*properties, *sorted(made.required))):
            part = properties.get(name, {})
            if not isinstance(part, Mapping):
                continue
            path = f"{made.path}{validation.pointer([name])}"
            if want := self.want(part, path, Query(name, context=context), within, around):
                made.properties[name] = want

    def _selector(self, merged: Schema, path: str, within: int) -> int | None:
        css = _text(merged, "x-selector", path)
        if css is None:
            return None
        if len(css) > SELECTOR_CHARS_MAX or len(self.selectors) >= SELECTORS_MAX:
            raise _refuse("it has too many or too long selectors")
        self.selectors.append(Selector(css, within))
        self.paths.append(path)
        return len(self.selectors) - 1

    def _merge(self, part: Schema) -> dict[str, Any]:
        """A subschema with what `$ref`, `allOf` and alternatives add; its own words go first."""
        merged: dict[str, Any] = {}
        pending = [part]
        while pending:
            here = pending.pop(0)
            self._merges += 1
            if self._merges > MERGES_MAX:
                raise _refuse("its references multiply too much")
            _add(merged, here)
            if isinstance(reference := here.get("$ref"), str):
                pending.append(validation.resolve(reference, self._schema))
            pending.extend(p for p in here.get("allOf", ()) if isinstance(p, Mapping))
            pending.extend(self._alternative(here))
        return merged

    def _alternative(self, part: Schema) -> Sequence[Schema]:
        """What `anyOf` or `oneOf` come down to."""
        options = [
            o for o in part.get("anyOf") or part.get("oneOf") or () if isinstance(o, Mapping)
        ]
        telling = [option for option in options if option.get("type") != "null"]
        if len(telling) <= 1:
            return telling
        resolved = [self._merge(option) for option in telling]
        deep = [option for option in resolved if _types(option)[0] in {"object", "array"}]
        if deep:
            return deep[:1]
        if all("const" in option for option in resolved):
            return [{"enum": [option["const"] for option in resolved]}]
        kinds = {kind for option in resolved for kind in _types(option)}
        return [{"type": sorted(kinds)}]


def _add(merged: dict[str, Any], part: Schema) -> None:
    for key, value in part.items():
        if key in {"$ref", "allOf", "anyOf", "oneOf", "$defs", "definitions"}:
            continue
        if key == "properties" and isinstance(value, Mapping):
            merged["properties"] = {**value, **merged.get("properties", {})}
        elif key == "required" and isinstance(value, list):
            merged["required"] = [*merged.get("required", ()), *value]
        else:
            merged.setdefault(key, value)


def _types(merged: Schema) -> tuple[str, ...]:
    """The types to look for, the strictest first; a guess where the schema does not say."""
    said = merged.get("type")
    kinds = [kind for kind in ([said] if isinstance(said, str) else said or ()) if kind != "null"]
    for deep in ("object", "array"):
        if deep in kinds:
            return (deep,)
    if not kinds:
        kinds = _implied(merged)
    return tuple(kind for kind in _SCALARS if kind in kinds) or tuple(kinds) or ("string",)


def _implied(merged: Schema) -> list[str]:
    if "properties" in merged:
        return ["object"]
    if "items" in merged or "prefixItems" in merged:
        return ["array"]
    if any(key in merged for key in ("minimum", "maximum", "multipleOf")):
        return ["number"]
    return ["string"]


def _with_texts(query: Query, merged: Schema) -> Query:
    title, description = merged.get("title"), merged.get("description")
    return Query(
        name=query.name,
        title=title[:200] if isinstance(title, str) else "",
        description=description[:1_000] if isinstance(description, str) else "",
        context=query.context,
    )


def _text(merged: Schema, key: str, path: str) -> str | None:
    value = merged.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise _refuse(f"`{key}` at {path or 'the root'} is not a text")
    return value.strip()
