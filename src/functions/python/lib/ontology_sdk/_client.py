from __future__ import annotations

from typing import Any, NoReturn

from ontology_sdk._edits import OntologyEdits
from ontology_sdk._object_sets import AllObjects, all_class_of
from ontology_sdk._queries import Queries
from ontology_sdk._types import object_type, object_types


class FoundryClient:
    """The ontology with the rights of the calling user."""

    @property
    def ontology(self) -> OntologyClient:
        return OntologyClient()


class OntologyClient:
    @property
    def objects(self) -> ObjectsClient:
        """All objects by the API names of their types: `client.ontology.objects.Employee`."""
        return ObjectsClient()

    @property
    def queries(self) -> Queries:
        """Other functions by their names."""
        return Queries()

    def edits(self) -> OntologyEdits:
        """A new list of edits, which an action applies when the function has returned them."""
        return OntologyEdits()

    @property
    def attachments(self) -> NoReturn:
        """:raises NotImplementedError: always"""
        raise NotImplementedError("There are no attachments here: keep files elsewhere, and their URLs in objects.")

    @property
    def actions(self) -> NoReturn:
        """:raises NotImplementedError: always"""
        raise NotImplementedError("Functions apply no actions: return edits, and make an action of the function.")


class ObjectsClient:
    def __getattr__(self, name: str) -> AllObjects[Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return all_class_of(object_type(name).api_name)()

    def __dir__(self) -> list[str]:
        return list(object_types())
