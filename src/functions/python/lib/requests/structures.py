from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Optional, Union


class CaseInsensitiveDict(MutableMapping[str, Any]):
    """Headers by name, whatever the case; they are listed as they were set last. requests: "API"."""

    def __init__(self, data: Optional[Union[Mapping[str, Any], Iterable[tuple[str, Any]]]] = None, **more: Any) -> None:
        self._items: dict[str, tuple[str, Any]] = {}
        self.update(data or {}, **more)

    def __setitem__(self, key: str, value: Any) -> None:
        self._items[key.lower()] = (key, value)

    def __getitem__(self, key: str) -> Any:
        return self._items[key.lower()][1]

    def __delitem__(self, key: str) -> None:
        del self._items[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def lower_items(self) -> Iterator[tuple[str, Any]]:
        return ((lower, value) for lower, (_, value) in self._items.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.lower_items()) == dict(CaseInsensitiveDict(other).lower_items())

    def copy(self) -> CaseInsensitiveDict:
        return CaseInsensitiveDict(self._items.values())

    def __repr__(self) -> str:
        return str(dict(self.items()))


class LookupDict(dict[str, Any]):
    """Its keys are attributes as well; what is missing is None."""

    def __init__(self, name: Optional[str] = None) -> None:
        super().__init__()
        self.name = name

    def __repr__(self) -> str:
        return f"<lookup {self.name!r}>"

    def __getitem__(self, key: str) -> Any:
        return self.__dict__.get(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self.__dict__.get(key, default)
