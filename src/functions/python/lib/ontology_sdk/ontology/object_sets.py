"""A class for sets of each object type: `from ontology_sdk.ontology.object_sets import EmployeeObjectSet`."""

from __future__ import annotations

from typing import Any

from ontology_sdk._object_sets import ObjectSet, set_class_of
from ontology_sdk._types import object_types

_SUFFIX = "ObjectSet"


def __getattr__(name: str) -> type[ObjectSet[Any]]:
    if name.startswith("_") or not name.endswith(_SUFFIX):
        raise AttributeError(name)
    return set_class_of(name.removesuffix(_SUFFIX))


def __dir__() -> list[str]:
    return [f"{name}{_SUFFIX}" for name in object_types()]
