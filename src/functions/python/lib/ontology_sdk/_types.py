"""What the ontology that the function was published with says of its object types."""

from __future__ import annotations

import functools
import keyword
import re
from collections.abc import Mapping
from typing import Any, Optional, TypedDict

DataType = Mapping[str, Any]
"""Of a property: `{"type": "string"}`, `{"type": "array", "items": …}`, `{"type": "struct", "fields": …}`."""


class LinkFacts(TypedDict):
    target: str
    many: bool
    foreignKey: Optional[str]


class TypeFacts(TypedDict):
    primaryKey: str
    properties: Mapping[str, DataType]
    links: Mapping[str, LinkFacts]


@functools.cache
def object_types() -> Mapping[str, TypeFacts]:
    """By API name."""
    try:
        from _sortie_ontology import OBJECT_TYPES
    except ImportError:
        return {}
    return OBJECT_TYPES


def snake_case(name: str) -> str:
    """An API name as Python writes it: `displayName` is `display_name`, and `class` is `class_`."""
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    snake = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()
    return f"{snake}_" if keyword.iskeyword(snake) else snake


class ObjectType:
    """An object type with its properties and links by the names that Python has for them."""

    def __init__(self, api_name: str, facts: TypeFacts) -> None:
        self.api_name = api_name
        self.primary_key = facts["primaryKey"]
        self.properties = facts["properties"]
        self.links = facts["links"]
        self._properties = _by_python_name(self.properties)
        self._links = _by_python_name(self.links)

    def property_named(self, name: str) -> Optional[str]:
        """The API name of a property, by that or by Python's name for it."""
        return self._properties.get(name)

    def link_named(self, name: str) -> Optional[str]:
        return self._links.get(name)

    def unknown(self, name: str) -> AttributeError:
        names = ", ".join(snake_case(each) for each in [*self.properties, *self.links])
        return AttributeError(f"{self.api_name} has no property or link {name}. It has: {names}")


def _by_python_name(names: Mapping[str, Any]) -> dict[str, str]:
    return {**{snake_case(name): name for name in names}, **{name: name for name in names}}


@functools.cache
def object_type(api_name: str) -> ObjectType:
    """:raises AttributeError: when the ontology has no such type"""
    known = object_types()
    if api_name not in known:
        raise AttributeError(f"The ontology has no object type {api_name}. It has: {', '.join(known) or 'none'}")
    return ObjectType(api_name, known[api_name])
