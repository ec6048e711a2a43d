"""
The parts of urllib3 that code uses with requests: `Retry`, `Timeout`, exceptions and warnings. Its pools are not here;
`requests` and `urllib.request` call through the gateway.
"""

from __future__ import annotations

import warnings as _warnings
from typing import NoReturn

from urllib3 import exceptions, util
from urllib3.util import Retry, Timeout

__version__ = "2.8.0"
__all__ = ["Retry", "Timeout", "disable_warnings", "exceptions", "util"]


def disable_warnings(category: type[Warning] = exceptions.HTTPWarning) -> None:
    _warnings.simplefilter("ignore", category)


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(
        f"urllib3.{name} is not available in functions: call with requests or urllib.request instead."
        if not name.startswith("__")
        else name
    )
