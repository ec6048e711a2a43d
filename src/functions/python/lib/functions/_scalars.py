"""Scalar values between JSON and Python. A Long is a text of digits in JSON, binary is base64, dates are text."""

from __future__ import annotations

import base64
import binascii
import datetime
import decimal
import math
from typing import Any, Callable, Optional

RANGES = {"byte": 2**7, "short": 2**15, "integer": 2**31, "long": 2**63}

_EXPECTED = {
    "date": "Date (datetime.date)",
    "timestamp": "Timestamp (datetime.datetime with a time zone)",
    "decimal": "Decimal (decimal.Decimal)",
    "binary": "Binary (bytes)",
}


def expected(name: str) -> str:
    """What a scalar type takes, for a message."""
    if name in RANGES:
        return f"{name.capitalize()} ({-RANGES[name]} to {RANGES[name] - 1})"
    return _EXPECTED.get(name, name.capitalize())


def read_scalar(json: Any, name: str) -> Any:
    """A checked value of JSON as Python has it. Raises ValueError for what Python cannot hold, such as the year 0."""
    match name:
        case "long":
            return int(json)
        case "float" | "double":
            return float(json)
        case "decimal":
            return decimal.Decimal(json)
        case "date":
            return datetime.date.fromisoformat(json)
        case "timestamp":
            return datetime.datetime.fromisoformat(json)
        case "binary":
            return base64.b64decode(json)
        case _:
            return json


def read_key(text: str, name: str) -> Any:
    """The key of a JSON object as Python has it."""
    if name == "boolean":
        return text == "true"
    if name in RANGES:
        return int(float(text)) if "e" in text.lower() or "." in text else int(text)
    return read_scalar(text, name)


def write_scalar(value: Any, name: str) -> Optional[Any]:
    """A value as JSON has it; None where it is not of the type."""
    writer: Callable[[Any], Any] = _WRITERS.get(name, lambda given: _integer(given, RANGES[name]))
    try:
        return writer(value)
    except (OverflowError, binascii.Error):
        return None


def _integer(value: Any, limit: int) -> Optional[int]:
    return int(value) if _is_integer(value) and -limit <= value < limit else None


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _long(value: Any) -> Optional[str]:
    number = _integer(value, RANGES["long"])
    return None if number is None else str(number)


def _number(value: Any) -> Any:
    if not (isinstance(value, float) or _is_integer(value)):
        return None
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    # JSON has no negative zero.
    return number + 0.0 if number else 0


def _decimal(value: Any) -> Optional[str]:
    if isinstance(value, decimal.Decimal):
        return str(value) if value.is_finite() else None
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    return str(int(value)) if _is_integer(value) else None


def _date(value: Any) -> Optional[str]:
    is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return value.isoformat() if is_date else None


def _timestamp(value: Any) -> Optional[str]:
    if not isinstance(value, datetime.datetime) or value.utcoffset() is None:
        return None
    return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def _text(value: Any) -> Optional[str]:
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return str(value)


def _binary(value: Any) -> Optional[str]:
    return base64.b64encode(value).decode() if isinstance(value, (bytes, bytearray, memoryview)) else None


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "boolean": lambda value: value if isinstance(value, bool) else None,
    "string": _text,
    "long": _long,
    "float": _number,
    "double": _number,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "binary": _binary,
}
