"""Values that stand for something else. Foundry: "Types reference" (attachments, media, geometry, markings)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to an object, by its resource identifier."""

    rid: str


@dataclass(frozen=True)
class MediaReference:
    """An item of a media set, by its reference."""

    reference: str
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True)
class GeoPoint:
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("A latitude is from -90 to 90 degrees, a longitude from -180 to 180.")

    def __str__(self) -> str:
        return f"{self.latitude},{self.longitude}"


@dataclass(frozen=True)
class GeoShape:
    """A geometry of GeoJSON (RFC 7946)."""

    geo_json: Mapping[str, Any]


class ClassificationMarking(str):
    """A classification, as text."""


class MandatoryMarking(str):
    """The id of a marking."""
