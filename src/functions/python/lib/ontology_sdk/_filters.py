"""Conditions on objects, and how they are ordered and grouped. Foundry: "Search objects"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Union

from ontology_sdk._property_values import write_property
from ontology_sdk._types import DataType


class Filter:
    """A condition. `&`, `|` and `~` make one of others; `and`, `or` and `not` cannot."""

    def __init__(self, where: Mapping[str, Any]) -> None:
        self.where = where

    def __and__(self, other: Filter) -> Filter:
        return Filter({"type": "and", "value": [self.where, other.where]})

    def __or__(self, other: Filter) -> Filter:
        return Filter({"type": "or", "value": [self.where, other.where]})

    def __invert__(self) -> Filter:
        return Filter({"type": "not", "value": self.where})

    def __bool__(self) -> bool:
        raise TypeError("Conditions on objects are joined with &, | and ~.")


class Ordering:
    """By which property objects are ordered."""

    def __init__(self, field: str, direction: str) -> None:
        self.json = {"field": field, "direction": direction}


class Grouping:
    """By what objects are counted together."""

    def __init__(self, json: Mapping[str, Any]) -> None:
        self.json = json


class Property:
    """A property of an object type, such as `Employee.object_type.name`."""

    def __init__(self, api_name: str, of: DataType) -> None:
        self.api_name = api_name
        self._of = of

    def __eq__(self, value: object) -> Filter:  # type: ignore[override]
        return self.is_null() if value is None else self._compare("eq", value)

    def __ne__(self, value: object) -> Filter:  # type: ignore[override]
        return ~(self == value)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, value: Any) -> Filter:
        return self._compare("lt", value)

    def __le__(self, value: Any) -> Filter:
        return self._compare("lte", value)

    def __gt__(self, value: Any) -> Filter:
        return self._compare("gt", value)

    def __ge__(self, value: Any) -> Filter:
        return self._compare("gte", value)

    def is_null(self) -> Filter:
        return self._filter("isNull", True)

    def in_(self, values: Iterable[Any]) -> Filter:
        """Equal to one of them."""
        return self._filter("in", [self._value(value) for value in values])

    is_in = in_

    def contains(self, value: Any) -> Filter:
        """Of a property with several values: one of them."""
        return self._compare("contains", value)

    def starts_with(self, text: str) -> Filter:
        return self._filter("startsWith", text)

    def contains_any_term(self, text: str) -> Filter:
        return self._filter("containsAnyTerm", text)

    def contains_all_terms(self, text: str) -> Filter:
        return self._filter("containsAllTerms", text)

    def contains_all_terms_in_order(self, text: str) -> Filter:
        return self._filter("containsAllTermsInOrder", text)

    def asc(self) -> Ordering:
        return Ordering(self.api_name, "asc")

    def desc(self) -> Ordering:
        return Ordering(self.api_name, "desc")

    def exact(self, max_groups: int = 10_000) -> Grouping:
        """One group for each value."""
        return Grouping({"type": "exact", "field": self.api_name, "maxGroupCount": max_groups})

    def fixed_width(self, width: Union[int, float]) -> Grouping:
        return Grouping({"type": "fixedWidth", "field": self.api_name, "fixedWidth": width})

    def _compare(self, kind: str, value: Any) -> Filter:
        return self._filter(kind, self._value(value))

    def _filter(self, kind: str, value: Any) -> Filter:
        return Filter({"type": kind, "field": self.api_name, "value": value})

    def _value(self, value: Any) -> Any:
        """Of one of the property's values, when it has several."""
        return write_property(value, self._of["items"] if self._of["type"] == "array" else self._of)
