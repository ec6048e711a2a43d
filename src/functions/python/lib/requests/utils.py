"""What requests offers beside its calls."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Optional
from urllib.parse import (
    quote,
    quote_plus,
    unquote,
    unquote_plus,
    urlencode,
    urljoin,
    urlparse,
    urlsplit,
    urlunparse,
)

from requests.exceptions import InvalidHeader, InvalidURL
from requests.structures import CaseInsensitiveDict

__all__ = [
    "CaseInsensitiveDict", "add_dict_to_cookiejar", "default_headers", "default_user_agent", "dict_from_cookiejar",
    "get_encoding_from_headers", "guess_filename", "guess_json_utf", "parse_header_links", "quote", "quote_plus",
    "requote_uri", "super_len", "to_key_val_list", "unquote", "unquote_plus", "unquote_unreserved", "urlencode",
    "urldefragauth", "urljoin", "urlparse", "urlsplit", "urlunparse",
]  # fmt: skip

USER_AGENT = "python-requests/2.34.2"

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def default_user_agent(name: str = "python-requests") -> str:
    return f"{name}/{USER_AGENT.partition('/')[2]}"


def default_headers() -> CaseInsensitiveDict:
    return CaseInsensitiveDict(
        {
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip, deflate",
            "Accept": "*/*",
            "Connection": "keep-alive",
        }
    )


def to_key_val_list(value: Any) -> Optional[list[tuple[Any, Any]]]:
    """Pairs of a mapping, or of what lists them."""
    if value is None:
        return None
    if isinstance(value, (str, bytes, bool, int)):
        raise ValueError("cannot encode objects that are not 2-tuples")
    return list(value.items() if isinstance(value, Mapping) else value)


def super_len(body: Any) -> int:
    """How much of a body there is to send. Bytes."""
    if isinstance(body, str):
        return len(body.encode())
    if hasattr(body, "__len__"):
        total = len(body)
    elif hasattr(body, "len"):
        total = body.len
    elif hasattr(body, "tell") and hasattr(body, "seek"):
        at = body.tell()
        total = body.seek(0, os.SEEK_END)
        body.seek(at)
    else:
        return 0
    try:
        return max(0, total - body.tell())
    except (AttributeError, OSError):
        return max(0, total)


def guess_filename(file: Any) -> Optional[str]:
    name = getattr(file, "name", None)
    is_name = isinstance(name, (str, bytes)) and name and name[:1] not in ("<", b"<")
    return os.path.basename(name) if is_name else None  # type: ignore[arg-type, return-value]


def unquote_unreserved(uri: str) -> str:
    """Characters that need no percent sign, without one."""
    first, *parts = uri.split("%")
    text = [first]
    for part in parts:
        digits = part[:2]
        if len(digits) == 2 and digits.isalnum():
            try:
                character = chr(int(digits, 16))
            except ValueError:
                raise InvalidURL(f"Invalid percent-escape sequence: '{digits}'") from None
            text.append(character + part[2:] if character in _UNRESERVED else f"%{part}")
        else:
            text.append(f"%{part}")
    return "".join(text)


def requote_uri(uri: str) -> str:
    """A URL in which all is quoted that must be, and nothing twice."""
    safe = "!#$&'()*+,/:;=?@[]~"
    try:
        return quote(unquote_unreserved(uri), safe=safe + "%")
    except InvalidURL:
        return quote(uri, safe=safe)


def urldefragauth(url: str) -> str:
    """A URL without its fragment and without a user."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def get_auth_from_url(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    try:
        return unquote(parts.username or ""), unquote(parts.password or "")
    except (AttributeError, TypeError):
        return "", ""


def get_encoding_from_headers(headers: Mapping[str, str]) -> Optional[str]:
    """What an answer's text is encoded in, as far as its headers say."""
    content_type = headers.get("content-type")
    if not content_type:
        return None
    kind, *parameters = content_type.split(";")
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if equals and name.strip("\"' ").lower() == "charset":
            return value.strip("\"' ")
    if "text" in kind:
        return "ISO-8859-1"
    return "utf-8" if "application/json" in kind else None


def detect_encoding(content: bytes) -> str:
    """What bytes are probably encoded in: by their first ones, or whatever they can be."""
    for mark, name in (
        (codecs.BOM_UTF8, "UTF-8-SIG"),
        (codecs.BOM_UTF16_LE, "UTF-16"),
        (codecs.BOM_UTF16_BE, "UTF-16"),
    ):
        if content.startswith(mark):
            return name
    for name in ("ascii", "utf-8"):
        try:
            content.decode(name)
            return name
        except UnicodeDecodeError:
            continue
    return "ISO-8859-1"


def guess_json_utf(data: bytes) -> Optional[str]:
    return json.detect_encoding(data) if data else None


def parse_header_links(value: str) -> list[dict[str, str]]:
    """The links of a Link header (RFC 8288), such as `[{"url": "/2", "rel": "next"}]`."""
    links = []
    value = value.strip(" '\"")
    for part in re.split(", *<", value) if value else []:
        url, _, parameters = part.partition(";")
        link = {"url": url.strip("<> '\"")}
        for parameter in parameters.split(";"):
            name, equals, text = parameter.partition("=")
            if not equals:
                break
            link[name.strip(" '\"")] = text.strip(" '\"")
        links.append(link)
    return links


_NAME = re.compile(r"[^:\s][^:\r\n]*\Z")
_VALUE = re.compile(r"\S[^\r\n]*\Z|\Z")


def check_header_validity(header: tuple[Any, Any]) -> None:
    """Refuses what would be more than one header."""
    for part, pattern, of in zip(header, (_NAME, _VALUE), ("name", "value"), strict=True):
        if not isinstance(part, (str, bytes)):
            raise InvalidHeader(
                f"Header part ({part!r}) from {header!r} must be of type str or bytes, not {type(part)}"
            )
        text = part.decode("latin1") if isinstance(part, bytes) else part
        if not pattern.match(text):
            raise InvalidHeader(
                f"Invalid leading whitespace, reserved character(s), or return character(s) in header {of}: {part!r}"
            )


def dict_from_cookiejar(jar: Any) -> dict[str, Any]:
    return {cookie.name: cookie.value for cookie in jar}


def add_dict_to_cookiejar(jar: Any, cookie_dict: dict[str, str]) -> Any:
    from requests.cookies import cookiejar_from_dict

    return cookiejar_from_dict(cookie_dict, jar)


def read_all(body: Iterable[Any], most: int) -> bytes:
    """All of a body that is given in parts, or a little more than the most that is wanted."""
    whole = io.BytesIO()
    for part in body:
        if whole.write(part.encode() if isinstance(part, str) else part) and whole.tell() > most:
            break
    return whole.getvalue()
