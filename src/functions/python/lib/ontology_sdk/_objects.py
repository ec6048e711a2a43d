"""Objects as code sees them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from ontology_sdk._filters import Property
from ontology_sdk._property_values import read_property
from ontology_sdk._types import ObjectType, object_type, snake_case

if TYPE_CHECKING:
    from ontology_sdk._links import Links


class Properties:
    """The properties of an object type, for conditions: `Employee.object_type.name == "Bob"`."""

    def __init__(self, api_name: str) -> None:
        self._api_name = api_name

    def __getattr__(self, name: str) -> Property:
        of = object_type(self._api_name)
        found = of.property_named(name)
        if found is None:
            raise of.unknown(name)
        return Property(found, of.properties[found])

    def __dir__(self) -> list[str]:
        return [snake_case(name) for name in object_type(self._api_name).properties]


class OntologyObject:
    """
    An object as it was read; it does not change. Properties are attributes, named as Python names things, and so are
    links: `employee.boss.get()`, `employee.reports.iterate()`.
    """

    api_name: str
    object_type: Properties

    def __init__(self, json: Mapping[str, Any]) -> None:
        self._json = json

    @classmethod
    def get_api_name(cls) -> str:
        return cls.api_name

    def get_primary_key(self) -> Any:
        of = self._of()
        return read_property(
            self._json.get(of.primary_key, self._json.get("__primaryKey")), of.properties[of.primary_key]
        )

    def get_rid(self) -> Optional[str]:
        return self._json.get("__rid")

    def to_dict(self) -> dict[str, Any]:
        """All properties that have values, by the names that Python has for them."""
        of = self._of()
        return {
            snake_case(name): read_property(self._json[name], kind)
            for name, kind in of.properties.items()
            if self._json.get(name) is not None
        }

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        of = self._of()
        found = of.property_named(name)
        if found is not None:
            return read_property(self._json.get(found), of.properties[found])
        link = of.link_named(name)
        if link is None:
            raise of.unknown(name)
        return self._link(link)

    def _link(self, name: str) -> Links:
        from ontology_sdk._links import Links

        return Links(self._of(), self.get_primary_key(), name)

    @classmethod
    def _of(cls) -> ObjectType:
        return object_type(cls.api_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OntologyObject):
            return NotImplemented
        return (self.api_name, self.get_primary_key()) == (other.api_name, other.get_primary_key())

    def __hash__(self) -> int:
        return hash((self.api_name, self.get_primary_key()))

    def __dir__(self) -> list[str]:
        of = self._of()
        return [*super().__dir__(), *(snake_case(name) for name in [*of.properties, *of.links])]

    def __repr__(self) -> str:
        return f"{self.api_name}({self.get_primary_key()!r})"


@functools.cache
def class_of(api_name: str) -> type[OntologyObject]:
    """The class of an object type; whether the ontology has it is seen when it is used."""
    members = {"api_name": api_name, "object_type": Properties(api_name), "__module__": "ontology_sdk.ontology.objects"}
    return type(api_name, (OntologyObject,), members)


def primary_key_of(given: Any, of: ObjectType) -> Any:
    """
    As JSON, of an object or of its primary key.

    :raises TypeError: for an object of another type
    """
    from ontology_sdk._property_values import write_property

    key = given
    if hasattr(given, "get_primary_key"):
        if given.get_api_name() != of.api_name:
            raise TypeError(f"Expected an object of type {of.api_name}, got one of type {given.get_api_name()}.")
        key = given.get_primary_key()
    return write_property(key, of.properties[of.primary_key])
