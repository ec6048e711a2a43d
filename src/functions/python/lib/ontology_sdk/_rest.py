"""Questions to the ontology's API, with the rights of the calling user. Foundry: "Ontologies" (API v2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Optional

import _sortie

_ROOT = "/api/v2/ontologies/ontology"


class OntologyError(Exception):
    """The ontology refuses, with the name and the parameters of Foundry's error."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        self.status_code = status
        self.error_code: Optional[str] = error.get("errorCode")
        self.error_name: str = error.get("errorName") or f"HTTP {status}"
        self.error_instance_id: Optional[str] = error.get("errorInstanceId")
        self.parameters: Mapping[str, Any] = error.get("parameters") or {}
        details = ", ".join(f"{name}: {value}" for name, value in self.parameters.items())
        super().__init__(f"{self.error_name} ({details})" if details else self.error_name)


def ask(method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> Any:
    """
    The answer's JSON.

    :param path: below the ontology
    :raises OntologyError: when it refuses
    """
    status, text = _sortie.ontology(method, _ROOT + path, None if body is None else json.dumps(body))
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status >= 400:
        raise OntologyError(status, answer if isinstance(answer, dict) else {})
    return answer
