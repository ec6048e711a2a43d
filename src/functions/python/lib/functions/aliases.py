"""Names that stand for other things in each environment. Foundry: "Source aliases"."""

from __future__ import annotations

from dataclasses import dataclass

import _sortie
from functions._declared import not_found

__all__ = ["SourceAlias", "source"]


@dataclass(frozen=True)
class SourceAlias:
    """What a source's alias stands for here."""

    rid: str


def source(alias: str) -> SourceAlias:
    """:raises ValueError: with Foundry's text when the function declares no source of that name"""
    sources = _sortie.sources()
    if alias not in sources:
        raise not_found(alias)
    return SourceAlias(sources[alias]["rid"])
