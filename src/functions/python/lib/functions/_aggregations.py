"""Results for charts, and ranges. Foundry: "Types reference" (aggregations)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Optional, TypeVar

_Key = TypeVar("_Key")
_Inner = TypeVar("_Inner")
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Range(Generic[_Key]):
    """Values from `min` to below `max`; either may be open."""

    min: Optional[_Key] = None
    max: Optional[_Key] = None


@dataclass(frozen=True)
class SingleBucket(Generic[_Key, _Value]):
    """One bar of a chart."""

    key: _Key
    value: _Value


@dataclass(frozen=True)
class NestedBucket(Generic[_Key, _Inner, _Value]):
    """Several bars under one key."""

    key: _Key
    buckets: list[SingleBucket[_Inner, _Value]] = field(default_factory=list)


@dataclass(frozen=True)
class TwoDimensionalAggregation(Generic[_Key, _Value]):
    """Values by one key."""

    buckets: list[SingleBucket[_Key, _Value]] = field(default_factory=list)


@dataclass(frozen=True)
class ThreeDimensionalAggregation(Generic[_Key, _Inner, _Value]):
    """Values by two keys."""

    buckets: list[NestedBucket[_Key, _Inner, _Value]] = field(default_factory=list)
