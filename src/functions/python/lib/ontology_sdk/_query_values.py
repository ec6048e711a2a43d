"""Values of other functions between the REST API and Python. Foundry: "Get Query Type" (QueryDataType)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from functions._values import from_wire, to_wire

QueryType = Mapping[str, Any]


def write_query_value(value: Any, of: QueryType) -> Any:
    """A parameter as the API takes it; what is not of its type is left for the API to refuse."""
    if hasattr(value, "get_primary_key"):
        return value.get_primary_key()
    if hasattr(value, "definition"):
        return value.definition
    kind = of.get("type")
    if kind == "union":
        return None if value is None else write_query_value(value, of["unionTypes"][0])
    if isinstance(value, (list, tuple, set, frozenset)):
        return [write_query_value(item, of.get("subType", {})) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping) and kind == "entrySet":
        return [
            {"key": write_query_value(key, of["keyType"]), "value": write_query_value(item, of["valueType"])}
            for key, item in value.items()
        ]
    if isinstance(value, Mapping):
        fields = {field["name"]: field["fieldType"] for field in of.get("fields", ())}
        return {name: write_query_value(item, fields.get(name, {})) for name, item in value.items()}
    return _written(value, kind)


def _written(value: Any, kind: Any) -> Any:
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return str(value) if kind == "long" else value
    for other in ("double", "decimal", "timestamp", "date", "binary"):
        try:
            return to_wire(value, {"type": other})
        except ValueError:
            continue
    return value


def read_query_value(value: Any, of: QueryType) -> Any:
    """A result as Python has it: structs are dicts."""
    if value is None:
        return None
    match of["type"]:
        case "union":
            return read_query_value(value, of["unionTypes"][0])
        case "array":
            return [read_query_value(item, of["subType"]) for item in value]
        case "set":
            return {read_query_value(item, of["subType"]) for item in value}
        case "entrySet":
            return {
                read_query_value(entry["key"], of["keyType"]): read_query_value(entry["value"], of["valueType"])
                for entry in value
            }
        case "struct":
            fields = {field["name"]: field["fieldType"] for field in of["fields"]}
            return {name: read_query_value(item, fields[name]) for name, item in value.items()}
        case "object" | "objectSet" as kind:
            return from_wire(value, {"type": kind, "objectType": of["objectTypeApiName"]})
        case kind:
            return from_wire(value, {"type": kind})
