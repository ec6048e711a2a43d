"""Other functions, called with the rights of the calling user. Foundry: "Queries" (Python OSDK)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ontology_sdk._query_values import read_query_value, write_query_value
from ontology_sdk._rest import OntologyError, ask
from ontology_sdk._types import snake_case


class Queries:
    """Functions by their API names, or by Python's names for those: `client.ontology.queries.greeting(id="ada")`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def query(**parameters: Any) -> Any:
            return _execute(name, parameters)

        query.__name__ = name
        return query


def _execute(name: str, parameters: dict[str, Any]) -> Any:
    described = _described(name)
    known = described["parameters"]
    names = {**{snake_case(each): each for each in known}, **{each: each for each in known}}
    given = {names.get(each, each): value for each, value in parameters.items()}
    written = {each: write_query_value(value, known.get(each, {}).get("dataType", {})) for each, value in given.items()}
    answer = ask("POST", f"/queries/{quote(described['apiName'], safe='')}/execute", {"parameters": written})
    return read_query_value(answer.get("value"), described["output"])


def _described(name: str) -> Any:
    """What the API says of a function. Raises OntologyError (QueryNotFound)."""
    try:
        return ask("GET", f"/queryTypes/{quote(name, safe='')}")
    except OntologyError as error:
        first, *rest = name.split("_")
        other = first + "".join(word.capitalize() for word in rest)
        if error.error_name != "QueryNotFound" or other == name:
            raise
    return ask("GET", f"/queryTypes/{quote(other, safe='')}")
