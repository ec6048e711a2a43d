"""Values of properties between the ontology's JSON and Python."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from typing import Any, NoReturn

from functions._media import GeoPoint
from functions._values import WrongValue, from_wire, to_wire
from ontology_sdk._types import DataType, snake_case


class PropertyList(list[Any]):
    """The values of a property that has several. To change them, copy the list, change that, and assign it."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("Arrays of objects are read-only: copy the list, change the copy, and assign it.")

    append = extend = insert = pop = remove = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse  # type: ignore[assignment]


def read_property(json: Any, of: DataType) -> Any:
    """A value of the ontology as Python has it; what is not there is None."""
    if json is None:
        return None
    match of["type"]:
        case "array":
            return PropertyList(read_property(item, of["items"]) for item in json)
        case "struct":
            return {snake_case(name): read_property(json.get(name), field) for name, field in of["fields"].items()}
        case "geopoint":
            longitude, latitude = json["coordinates"]
            return GeoPoint(latitude, longitude)
        case _:
            return from_wire(json, of)


def write_property(value: Any, of: DataType) -> Any:
    """
    The same back; None takes the value away.

    :raises WrongValue: where it is not of the property's type
    """
    if value is None:
        return None
    match of["type"]:
        case "array":
            if not isinstance(value, (list, tuple, set, frozenset)):
                raise WrongValue("a list", value)
            return [write_property(item, of["items"]) for item in value]
        case "struct":
            if not isinstance(value, Mapping):
                raise WrongValue("a dict", value)
            return {
                name: write_property(value.get(name, value.get(snake_case(name))), field)
                for name, field in of["fields"].items()
            }
        case "geopoint":
            if not isinstance(value, GeoPoint):
                raise WrongValue("GeoPoint", value)
            return {"type": "Point", "coordinates": [value.longitude, value.latitude]}
        case "decimal":
            # Properties have no exponents.
            return format(decimal.Decimal(to_wire(value, of)), "f")
        case _:
            return to_wire(value, of)
