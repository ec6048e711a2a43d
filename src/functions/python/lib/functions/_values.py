"""
Values between JSON, as the gateway checks it, and Python. A type is what the gateway has of it: `{"type": "integer"}`,
`{"type": "list", "element": …}`, `{"type": "struct", "fields": [{"name", "type", "optional"}]}` and so on.
"""

from __future__ import annotations

import functools
import inspect
import json
import types
from collections.abc import Mapping
from typing import Any, Optional, TypeVar, Union, get_args, get_origin, get_type_hints

from functions._scalars import expected, read_key, read_scalar, write_scalar
from functions._wrong_value import ResultTooLong, WrongValue

Type = Mapping[str, Any]


def from_wire(value: Any, of: Type, hint: Any = Any) -> Any:
    """
    A checked value as code sees it; null is None.

    :param hint: the resolved annotation, which says of which class a struct is; without one it is a dict
    :raises WrongValue: for what Python cannot hold, such as a date of the year 0
    """
    if value is None:
        return None
    hint = _without_none(hint)
    inner = get_args(hint)
    match of["type"]:
        case "list":
            return _items(value, of, inner)
        case "set":
            return set(_items(value, of, inner))
        case "map":
            return {
                _key(key, of["key"]): from_wire(item, of["value"], inner[1] if inner else Any)
                for key, item in value.items()
            }
        case "struct":
            return _struct(value, of, hint)
        case "object" | "objectSet":
            from ontology_sdk._wire import read_object

            return read_object(value, of)
        case _:
            return _scalar(value, of, read_scalar)


def _items(value: list[Any], of: Type, inner: tuple[Any, ...]) -> list[Any]:
    return [from_wire(item, of["element"], inner[0] if inner else Any) for item in value]


def _key(text: str, of: Type) -> Any:
    return from_wire(text, of) if of["type"] == "object" else _scalar(text, of, read_key)


def _scalar(value: Any, of: Type, read: Any) -> Any:
    try:
        return read(value, of["type"])
    except (ValueError, ArithmeticError):
        raise WrongValue(expected(of["type"]), value) from None


def _struct(value: Mapping[str, Any], of: Type, hint: Any) -> Any:
    made = get_origin(hint) or hint
    if not isinstance(made, type) or made in (Any, dict, object):
        return {
            field["name"]: from_wire(value[field["name"]], field["type"])
            for field in of["fields"]
            if field["name"] in value
        }
    hints, defaults = _fields_of(made)
    generic = dict(zip(getattr(made, "__parameters__", ()), get_args(hint), strict=False))
    given = {}
    for field in of["fields"]:
        name = field["name"]
        if name not in value and name in defaults:
            continue
        annotation = hints.get(name, Any)
        inner = generic.get(annotation, Any) if isinstance(annotation, TypeVar) else annotation
        given[name] = from_wire(value.get(name), field["type"], inner)
    return made(**given)


@functools.cache
def _fields_of(made: type) -> tuple[dict[str, Any], set[str]]:
    """The annotations of a class, and what it needs not be given."""
    hints = {name: _without_none(hint) for name, hint in get_type_hints(made).items()}
    taken = inspect.signature(made).parameters.values()
    return hints, {each.name for each in taken if each.default is not inspect.Parameter.empty}


def _without_none(hint: Any) -> Any:
    """What is in an Optional."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    some = [inner for inner in get_args(hint) if inner is not type(None)]
    return some[0] if len(some) == 1 else Any


def to_wire(value: Any, of: Type, optional: bool = False, limit: Optional[int] = None) -> Any:
    """
    What a function returned, as JSON of its type.

    :param limit: of its length in bytes; reported as soon as it is certain
    :raises WrongValue: where it is not of that type
    :raises ResultTooLong: where there is too much of it
    """
    return _Writer(limit).write(value, of, optional)


_NO_STRUCTS = (type, str, bytes, int, float, list, tuple, set, frozenset)


class _Writer:
    def __init__(self, limit: Optional[int]) -> None:
        self._limit = limit
        self._least = 0

    def write(self, value: Any, of: Type, optional: bool = False) -> Any:
        if optional and value is None:
            return None
        match of["type"]:
            case "list":
                return self._list(value, of, (list, tuple))
            case "set":
                return self._list(value, of, (set, frozenset, list, tuple))
            case "map":
                return self._map(value, of)
            case "struct":
                return self._struct(value, of)
            case "object" | "objectSet" | "edits":
                from ontology_sdk._wire import write_object

                return write_object(value, of)
            case name:
                written = write_scalar(value, name)
                if written is None:
                    raise WrongValue(expected(name), value)
                self._count(len(written) if isinstance(written, str) else 1)
                return written

    def _count(self, length: int) -> None:
        self._least += length
        if self._limit is not None and self._least > self._limit:
            raise ResultTooLong(self._limit)

    def _list(self, value: Any, of: Type, accepted: Any) -> list[Any]:
        if not isinstance(value, accepted):
            raise WrongValue(type_name(of), value)
        written: list[Any] = []
        try:
            for item in value:
                self._count(1)
                written.append(self.write(item, of["element"]))
        except WrongValue as error:
            raise error.within(f"[{len(written)}]")
        return written

    def _map(self, value: Any, of: Type) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise WrongValue(type_name(of), value)
        written: dict[str, Any] = {}
        for key, item in value.items():
            try:
                text = self.write(key, of["key"])
                text = text if isinstance(text, str) else json.dumps(text)
                written[text] = self.write(item, of["value"])
            except WrongValue as error:
                raise error.within(f"[{json.dumps(key if isinstance(key, str) else repr(key)[:100])}]")
        return written

    def _struct(self, value: Any, of: Type) -> dict[str, Any]:
        is_mapping = isinstance(value, Mapping)
        if not is_mapping and (value is None or isinstance(value, _NO_STRUCTS)):
            raise WrongValue(type_name(of), value)
        written: dict[str, Any] = {}
        for field in of["fields"]:
            name = field["name"]
            item = value.get(name) if is_mapping else getattr(value, name, None)
            try:
                inner = self.write(item, field["type"], field["optional"])
            except WrongValue as error:
                raise error.within(f".{name}")
            if inner is not None:
                written[name] = inner
        return written


def type_name(of: Type) -> str:
    """A type as Foundry's documentation names it, such as `List<Integer>`."""
    match of["type"]:
        case "list":
            return f"List<{type_name(of['element'])}>"
        case "set":
            return f"Set<{type_name(of['element'])}>"
        case "map":
            return f"Map<{type_name(of['key'])}, {type_name(of['value'])}>"
        case "struct":
            names = (field["name"] + ("?" if field["optional"] else "") for field in of["fields"])
            return f"Struct{{{', '.join(names)}}}"
        case "object":
            return of["objectType"]
        case "objectSet":
            return f"ObjectSet<{of['objectType']}>"
        case "edits":
            return "List<OntologyEdit>"
        case name:
            return name[:1].upper() + name[1:]
