"""The published JSON Schema takes the example and refuses what the loader refuses."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from domain.rules.schema import json_schema

Json: TypeAlias = Any

TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KEYWORDS = """$ref $defs $schema title description default type enum anyOf pattern minLength maxLength minimum maximum
properties required additionalProperties propertyNames items prefixItems minItems maxItems"""
KNOWN = frozenset(KEYWORDS.split())


def errors(value: Json, schema: Json, root: Json, path: str = "$") -> Iterator[str]:
    """What a JSON Schema has against a value; knows the keywords that ours uses and no other."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        yield from errors(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    if "anyOf" in schema and all(list(errors(value, option, root, path)) for option in schema["anyOf"]):
        yield f"{path} anyOf"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} enum"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{path} type"
        return
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{path} pattern"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{path} length"
    elif isinstance(value, int) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{path} range"
    elif isinstance(value, dict):
        yield from _object(value, schema, root, path)
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{path} items"
        for index, element in enumerate(value):
            prefix = schema.get("prefixItems", [])
            of = prefix[index] if index < len(prefix) else schema.get("items") or {}
            yield from errors(element, of, root, f"{path}[{index}]")


def _object(value: dict[str, Any], schema: Json, root: Json, path: str) -> Iterator[str]:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{path}.{key} required" for key in schema.get("required", []) if key not in value)
    for key, element in value.items():
        if key in properties:
            yield from errors(element, properties[key], root, f"{path}.{key}")
        elif more is False:
            yield f"{path}.{key} additional"
        elif isinstance(more, dict):
            yield from errors(element, more, root, f"{path}.{key}")
            yield from errors(key, schema.get("propertyNames", {}), root, f"{path}.{key}")


def _is(value: Json, name: str) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def test_the_example_is_valid(document: dict[str, Any]) -> None:
    schema = json_schema()
    assert list(errors(document, schema, schema)) == []


@pytest.mark.parametrize(
    ("break_it", "found"),
    [
        (lambda document: document.pop("scale"), "$.scale required"),
        (lambda document: document.update(colour="red"), "$.colour additional"),
        (lambda document: document["scale"].update(base_max="1.234"), "$.scale.base_max pattern"),
        (lambda document: document["responsibility"][0].update(mode="guess"), "$.responsibility[0].mode enum"),
        (lambda document: document["notice"].update(minimum_days=0), "$.notice.minimum_days range"),
        (lambda document: document["approval_chains"][0].update(steps=[]), "$.approval_chains[0].steps items"),
        (lambda document: document.update(illustrative=1), "$.illustrative type"),
    ],
)
def test_what_the_loader_refuses_is_invalid(
    document: dict[str, Any], break_it: Callable[[dict[str, Any]], object], found: str
) -> None:
    break_it(document)
    schema = json_schema()
    assert list(errors(document, schema, schema)) == [found]
