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
        raise InvalidURL(
            f"Failed to parse: {text.partition('://')[2].split('/')[0]!r} is not a valid host or port"
        ) from None
    if not parts.scheme or "://" not in text:
        raise MissingSchema(f"Invalid URL {text!r}: No scheme supplied. Perhaps you meant https://{text}?")
    if not parts.hostname:
        raise InvalidURL(f"Invalid URL {text!r}: No host supplied")
    user, at, _ = parts.netloc.rpartition("@")
    netloc = f"{user}{at}{_host(parts.hostname)}{'' if port is None else f':{port}'}"
    more = encode_params(params or "")
    query = "&".join(part for part in (parts.query, more.decode() if isinstance(more, bytes) else more) if part)
    path = without_dots(parts.path or "/")
    return requote_uri(urlunsplit((parts.scheme, netloc, path, query, parts.fragment)))


def without_dots(path: str) -> str:
    """A path without segments that mean this folder or the one above. RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept if segments[-1] not in (".", "..") else [*kept, ""])


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
        return data
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
