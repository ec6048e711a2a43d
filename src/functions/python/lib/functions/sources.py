"""The sources that a function declares. Foundry: "Make API calls from functions" (Python)."""

from __future__ import annotations

from external_systems.sources import Source
from functions._declared import declared

__all__ = ["get_source"]


def get_source(name: str) -> Source:
    """
    A declared source by its alias, API name or RID. Get it again in each call of the function.

    :raises ValueError: with Foundry's text when the function declares none of that name
    """
    return Source(*declared(name))
