"""Names of the standard library, as older code imports them from requests."""

import json
from collections.abc import Callable, Mapping, MutableMapping
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlencode, urljoin, urlparse, urlsplit, urlunparse

__all__ = [
    "Callable", "Mapping", "MutableMapping", "json", "quote", "quote_plus", "unquote", "unquote_plus", "urlencode",
    "urljoin", "urlparse", "urlsplit", "urlunparse",
]  # fmt: skip
