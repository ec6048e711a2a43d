"""URLs and forms as requests writes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from requests.exceptions import InvalidURL, MissingSchema
from requests.utils import requote_uri, to_key_val_list


def prepare_url(url: Any, params: Any) -> str:
    """
    A URL as it is called, with parameters behind its query.

    :raises MissingSchema: without a scheme
    :raises InvalidURL: without a host, or with one that cannot be
    """
    text = (url.decode() if isinstance(url, bytes) else str(url)).lstrip()
    if ":" in text and not text.lower().startswith("http"):
        return text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise InvalidURL(f"Failed to parse: {text}") from None
    if not parts.scheme or "://" not in text:
        raise MissingSchema(
            f"Invalid URL {text!r}: No scheme supplied. Perhaps you meant https://{text}?"
        )
    if not parts.hostname:
        raise InvalidURL(f"Invalid URL {text!r}: No host supplied")
    user, at, _ = parts.netloc.rpartition("@")
    netloc = f"{user}{at}{_host(parts.hostname)}{'' if port is None else f':{port}'}"
    query = "&".join(part for part in (parts.query, encode_params(params or "")) if part)
    return requote_uri(urlunsplit((parts.scheme, netloc, parts.path or "/", query, parts.fragment)))


def _host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    if name.startswith(("*", ".")):
        raise InvalidURL("URL has an invalid label.")
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        raise InvalidURL("URL has an invalid label.") from None


def encode_params(data: Any) -> Any:
    """A form or a query: text and files as they are; None is left out, and a list gives its key several times."""
    if isinstance(data, (str, bytes)):
        return data.decode() if isinstance(data, bytes) and not data else data
    if hasattr(data, "read") or not hasattr(data, "__iter__"):
        return data
    pairs = []
    for key, values in to_key_val_list(data) or []:
        is_one = isinstance(values, (str, bytes)) or not hasattr(values, "__iter__")
        for value in [values] if is_one else values:
            if value is not None:
                pairs.append((_bytes(key), _bytes(value)))
    return urlencode(pairs)


def _bytes(part: Any) -> Any:
    return part.encode() if isinstance(part, str) else part
