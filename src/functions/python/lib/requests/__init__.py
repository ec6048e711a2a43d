"""
What code uses of the library requests, over the gateway's egress: the same names, and the same behaviour as that
library documents. Bodies are sent and received as a whole; the gateway checks certificates and chooses the way.
"""

from requests import adapters, auth, exceptions, hooks, models, sessions, status_codes, structures, utils
from requests.api import delete, get, head, options, patch, post, put, request
from requests.exceptions import (
    ConnectionError,
    ConnectTimeout,
    FileModeWarning,
    HTTPError,
    JSONDecodeError,
    ReadTimeout,
    RequestException,
    Timeout,
    TooManyRedirects,
    URLRequired,
)
from requests.models import PreparedRequest, Request, Response
from requests.sessions import Session, session
from requests.status_codes import codes

__version__ = "2.34.2"


def __getattr__(name: str) -> object:
    """Cookies are loaded when they are used, since their rules take long to load, and so is what few use."""
    if name not in ("compat", "cookies", "packages"):
        raise AttributeError(f"module 'requests' has no attribute {name!r}")
    import importlib

    return importlib.import_module(f"requests.{name}")
