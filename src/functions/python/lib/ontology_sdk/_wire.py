"""Objects, sets of them and edits between the gateway and code: of a result, an object is its primary key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions._values import Type, WrongValue, type_name
from ontology_sdk._object_sets import ObjectSet, all_class_of, set_class_of
from ontology_sdk._objects import class_of, primary_key_of
from ontology_sdk._property_values import read_property
from ontology_sdk._types import object_type


def read_object(json: Any, of: Type) -> Any:
    """
    An object, which the gateway has read for the calling user, or a set by its definition. A map's key is read here.

    :raises OntologyError: `ObjectNotFound` when the calling user has no object of that key
    """
    name = of["objectType"]
    if of["type"] == "objectSet":
        return set_class_of(name)({"type": "reference", "reference": json} if isinstance(json, str) else json)
    if isinstance(json, Mapping):
        return class_of(name)(json)
    types = object_type(name)
    kind = types.properties[types.primary_key]["type"]
    key = int(json) if kind in ("byte", "short", "integer") else json
    return all_class_of(name)().get(read_property(key, types.properties[types.primary_key]))


def write_object(value: Any, of: Type) -> Any:
    """:raises WrongValue: where it is not of that type"""
    if of["type"] == "edits":
        if not isinstance(value, (list, tuple)):
            raise WrongValue(type_name(of), value)
        for index, edit in enumerate(value):
            if not isinstance(edit, Mapping) or not isinstance(edit.get("type"), str):
                raise WrongValue("OntologyEdit", edit).within(f"[{index}]")
        return [dict(edit) for edit in value]
    if of["type"] == "objectSet" and isinstance(value, ObjectSet) and value.api_name == of["objectType"]:
        return value.definition
    is_object = hasattr(value, "get_primary_key") and value.get_api_name() == of["objectType"]
    if of["type"] == "object" and is_object:
        return primary_key_of(value, object_type(of["objectType"]))
    raise WrongValue(type_name(of), value)
