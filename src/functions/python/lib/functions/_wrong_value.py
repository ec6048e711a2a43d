from __future__ import annotations

from typing import Any


class WrongValue(ValueError):
    """A value that is not of its type. The message says where in it, what is expected, and what is there."""

    def __init__(self, wanted: str, value: Any) -> None:
        self._reason = f"expected {wanted}, got {_name_of(value)}"
        self._path = ""
        super().__init__(self._reason)

    def within(self, step: str) -> WrongValue:
        """The same, of a value around it. `step` is `.name` for a field, `[0]` or `["key"]` for an element."""
        self._path = step + self._path
        self.args = (f"{self._path.removeprefix('.')}: {self._reason}",)
        return self


class ResultTooLong(ValueError):
    """A result of which there is too much."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The result is longer than {limit} bytes of JSON, the limit resultBytes of this function.")


def _name_of(value: Any) -> str:
    """What a value is; not the value itself, which may be secret or endless."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"
