"""The ontology as Python functions know it. Foundry: "Python OSDK", "Ontology edits" (Python)."""

from ontology_sdk._client import FoundryClient
from ontology_sdk._rest import OntologyError

__all__ = ["FoundryClient", "OntologyError"]
