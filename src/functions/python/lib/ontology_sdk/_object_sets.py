"""Sets of objects, read when their objects are asked for. Foundry: "Ontology object sets"."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Optional, TypeVar
from urllib.parse import quote

from ontology_sdk._aggregations import Aggregated
from ontology_sdk._filters import Filter, Ordering
from ontology_sdk._objects import OntologyObject, class_of, primary_key_of
from ontology_sdk._rest import ask
from ontology_sdk._types import object_type

Definition = Mapping[str, Any]

PAGE_SIZE = 1000

_Object = TypeVar("_Object", bound=OntologyObject)


@dataclass(frozen=True)
class Page(Generic[_Object]):
    """Some objects, and where the next ones begin; None at the end."""

    data: list[_Object]
    next_page_token: Optional[str]


class ObjectSet(Aggregated, Generic[_Object]):
    """Objects of one type."""

    api_name: str

    def __init__(self, definition: Any = None, order: tuple[Ordering, ...] = ()) -> None:
        self._definition: Any = definition or {"type": "base", "objectType": self.api_name}
        self._order = order

    @property
    def definition(self) -> Any:
        """As the REST API writes it."""
        return self._definition

    def where(self, *conditions: Filter) -> ObjectSet[_Object]:
        """Those that all conditions are true for."""
        definition = self._definition
        for condition in conditions:
            definition = filtered(definition, condition.where)
        return type(self)(definition, self._order)

    def order_by(self, *orderings: Ordering) -> ObjectSet[_Object]:
        return type(self)(self._definition, (*self._order, *orderings))

    def union(self, *others: ObjectSet[_Object]) -> ObjectSet[_Object]:
        return self._combined("union", others)

    def intersect(self, *others: ObjectSet[_Object]) -> ObjectSet[_Object]:
        return self._combined("intersect", others)

    def subtract(self, *others: ObjectSet[_Object]) -> ObjectSet[_Object]:
        return self._combined("subtract", others)

    def _combined(self, kind: str, others: tuple[ObjectSet[_Object], ...]) -> ObjectSet[_Object]:
        sets = [self._definition, *(other.definition for other in others)]
        return type(self)({"type": kind, "objectSets": sets}, self._order)

    def __getattr__(self, name: str) -> Any:
        """`search_around_LINK()`: the objects at the other end of a link."""
        of = object_type(self.api_name)
        link = of.link_named(name.removeprefix("search_around_"))
        if not name.startswith("search_around_") or link is None:
            raise of.unknown(name)
        definition = {"type": "searchAround", "objectSet": self._definition, "link": link}
        return lambda: set_class_of(of.links[link]["target"])(definition)

    def find(self, primary_key: Any) -> Optional[_Object]:
        """The object of that primary key; None when it is not in the set."""
        of = object_type(self.api_name)
        key = {"type": "eq", "field": of.primary_key, "value": primary_key_of(primary_key, of)}
        return next(iter(type(self)(filtered(self._definition, key)).take(1)), None)

    def page(self, page_size: int = PAGE_SIZE, page_token: Optional[str] = None) -> Page[_Object]:
        question: dict[str, Any] = {"objectSet": self._definition, "select": [], "pageSize": page_size}
        if page_token is not None:
            question["pageToken"] = page_token
        if self._order:
            question["orderBy"] = {"fields": [each.json for each in self._order]}
        answer = ask("POST", "/objectSets/loadObjects", question)
        made: Any = class_of(self.api_name)
        return Page([made(each) for each in answer["data"]], answer.get("nextPageToken"))

    def iterate(self, page_size: int = PAGE_SIZE) -> Iterator[_Object]:
        """All of them, page by page."""
        token: Optional[str] = None
        while True:
            page = self.page(page_size, token)
            yield from page.data
            token = page.next_page_token
            if token is None:
                return

    def __iter__(self) -> Iterator[_Object]:
        return self.iterate()

    def take(self, count: int) -> list[_Object]:
        """The first ones."""
        taken: list[_Object] = []
        token: Optional[str] = None
        while len(taken) < count:
            page = self.page(min(count - len(taken), PAGE_SIZE), token)
            taken.extend(page.data)
            token = page.next_page_token
            if token is None:
                break
        return taken


class AllObjects(ObjectSet[_Object]):
    """All objects of a type, which are got by their primary keys as well."""

    def get(self, primary_key: Any) -> _Object:
        """
        The object of that primary key.

        :raises OntologyError: `ObjectNotFound` when there is none that the calling user may see
        """
        of = object_type(self.api_name)
        key = primary_key_of(primary_key, of)
        text = key if isinstance(key, str) else str(key).lower() if isinstance(key, bool) else str(key)
        made: Any = class_of(self.api_name)
        return made(ask("GET", f"/objects/{self.api_name}/{quote(text, safe='')}"))


def filtered(definition: Definition, where: Definition) -> Definition:
    return {"type": "filter", "objectSet": definition, "where": where}


@functools.cache
def set_class_of(api_name: str) -> type[ObjectSet[Any]]:
    """The class of sets of an object type."""
    members = {"api_name": api_name, "__module__": "ontology_sdk.ontology.object_sets"}
    return type(f"{api_name}ObjectSet", (ObjectSet,), members)


@functools.cache
def all_class_of(api_name: str) -> type[AllObjects[Any]]:
    return type(f"All{api_name}", (AllObjects, set_class_of(api_name)), {})
