"""The sources of the call that runs."""

from __future__ import annotations

from typing import Any, Mapping

import _sortie

Facts = Mapping[str, Any]
"""What code may know of a source: apiName, rid, url, secrets, oauth, clientCertificate."""


def declared(name: str) -> tuple[str, Facts]:
    """A source by the name the function declares it with, its API name or its RID."""
    sources: Mapping[str, Facts] = _sortie.sources()
    if name in sources:
        return name, sources[name]
    for alias, facts in sources.items():
        if name in (facts["apiName"], facts["rid"]):
            return alias, facts
    raise not_found(name)


def not_found(name: str) -> ValueError:
    """Foundry's text for a name that is not there, with those that are."""
    names = ", ".join(_sortie.sources())
    return ValueError(f"Source alias '{name}' not found. Available aliases: [{names}]")
