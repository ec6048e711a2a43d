"""The objects at the other end of an object's link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, Optional, TypeVar

from ontology_sdk._aggregations import Aggregation
from ontology_sdk._filters import Filter
from ontology_sdk._object_sets import ObjectSet, Page, filtered, set_class_of
from ontology_sdk._objects import OntologyObject
from ontology_sdk._property_values import write_property
from ontology_sdk._types import ObjectType

_Object = TypeVar("_Object", bound=OntologyObject)


class Links(Generic[_Object]):
    """Read when it is asked for them."""

    def __init__(self, of: ObjectType, primary_key: Any, name: str) -> None:
        self._many = of.links[name]["many"]
        self._target = of.links[name]["target"]
        key = {
            "type": "eq",
            "field": of.primary_key,
            "value": write_property(primary_key, of.properties[of.primary_key]),
        }
        base = {"type": "base", "objectType": of.api_name}
        self._definition = {"type": "searchAround", "objectSet": filtered(base, key), "link": name}

    def get(self, primary_key: Any = None) -> Optional[_Object]:
        """The one object, or the one of that primary key; None when it is not linked."""
        objects = self.object_set()
        if primary_key is not None:
            return objects.find(primary_key)
        if self._many:
            raise TypeError("There may be many such links: say of which object, or use iterate().")
        return next(iter(objects.take(1)), None)

    def object_set(self) -> ObjectSet[_Object]:
        return set_class_of(self._target)(self._definition)

    def iterate(self) -> Iterator[_Object]:
        return self.object_set().iterate()

    def page(self, page_size: int = 1000, page_token: Optional[str] = None) -> Page[_Object]:
        return self.object_set().page(page_size, page_token)

    def take(self, count: int) -> list[_Object]:
        return self.object_set().take(count)

    def where(self, *conditions: Filter) -> ObjectSet[_Object]:
        return self.object_set().where(*conditions)

    def count(self) -> Aggregation:
        return self.object_set().count()

    def __iter__(self) -> Iterator[_Object]:
        return self.iterate()
