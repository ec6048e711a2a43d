"""What functions say of themselves: the decorator, and the names of types. Foundry: "Types reference" (Python)."""

from __future__ import annotations

import datetime as _datetime
import decimal as _decimal
from typing import Any, Callable, Iterable, Mapping, Optional, TypeAlias, TypeVar, overload

from functions._aggregations import (
    NestedBucket,
    Range,
    SingleBucket,
    ThreeDimensionalAggregation,
    TwoDimensionalAggregation,
)
from functions._errors import UserFacingError
from functions._media import (
    Attachment,
    ClassificationMarking,
    GeoPoint,
    GeoShape,
    MandatoryMarking,
    MediaReference,
)
from functions._notifications import EmailNotification, Link, Notification, PlatformNotification
from functions._principals import Group, GroupId, Principal, User, UserId

String: TypeAlias = str
Boolean: TypeAlias = bool
Integer: TypeAlias = int
Long: TypeAlias = int
Short: TypeAlias = int
Byte: TypeAlias = int
Float: TypeAlias = float
Double: TypeAlias = float
Decimal: TypeAlias = _decimal.Decimal
Binary: TypeAlias = bytes
Date: TypeAlias = _datetime.date
Timestamp: TypeAlias = _datetime.datetime
Array: TypeAlias = list
Set: TypeAlias = set
Map: TypeAlias = dict
OntologyEdit: TypeAlias = Mapping[str, Any]
"""One edit, as `get_edits()` lists them."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


@overload
def function(of: _Function, /) -> _Function: ...
@overload
def function(
    *,
    sources: Optional[Iterable[str]] = None,
    edits: Optional[Iterable[Any]] = None,
    api_name: Optional[str] = None,
    beta: bool = False,
) -> Callable[[_Function], _Function]: ...
def function(
    of: Any = None,
    /,
    *,
    sources: Optional[Iterable[str]] = None,
    edits: Optional[Iterable[Any]] = None,
    api_name: Optional[str] = None,
    beta: bool = False,
) -> Any:
    """
    Publishes a Python function. What it says is read when the function is checked, without running the code; while
    the code runs it changes nothing.

    :param sources: the sources that the function calls, by alias or API name
    :param edits: the object types that it edits
    :param api_name: what it is called by, when that is not its own name
    """
    return (lambda named: named) if of is None else of


__all__ = [
    "Array", "Attachment", "Binary", "Boolean", "Byte", "ClassificationMarking", "Date", "Decimal", "Double",
    "EmailNotification", "Float", "GeoPoint", "GeoShape", "Group", "GroupId", "Integer", "Link", "Long",
    "MandatoryMarking", "Map", "MediaReference", "NestedBucket", "Notification", "OntologyEdit",
    "PlatformNotification", "Principal", "Range", "Set", "Short", "SingleBucket", "String",
    "ThreeDimensionalAggregation", "Timestamp", "TwoDimensionalAggregation", "User", "UserFacingError", "UserId",
    "function",
]  # fmt: skip
