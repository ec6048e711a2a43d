"""A class for each object type, by its API name: `from ontology_sdk.ontology.objects import Employee`."""

from __future__ import annotations

from ontology_sdk._objects import OntologyObject, class_of
from ontology_sdk._types import object_types


def __getattr__(name: str) -> type[OntologyObject]:
    if name.startswith("_"):
        raise AttributeError(name)
    return class_of(name)


def __dir__() -> list[str]:
    return list(object_types())
