"""Credentials that are renewed when they end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Optional, TypeVar

_Credentials = TypeVar("_Credentials")


class Refreshable(ABC, Generic[_Credentials]):
    """Ask it each time: it gives what is valid now."""

    @abstractmethod
    def get(self) -> _Credentials: ...


class RefreshHandler(ABC, Generic[_Credentials]):
    """Renews credentials; None when it cannot."""

    @abstractmethod
    def refresh(self) -> Optional[_Credentials]: ...
