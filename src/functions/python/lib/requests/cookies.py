"""Cookies of a session. requests: "Cookies"; which go where is decided by `http.cookiejar`."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, MutableMapping
from email.message import Message
from http.cookiejar import Cookie, CookieJar, http2time  # type: ignore[attr-defined]
from http.cookies import Morsel
from typing import Any, Optional, Union
from urllib.parse import urlsplit


class CookieConflictError(RuntimeError):
    """Several cookies have that name: say of which domain and path."""


class RequestsCookieJar(CookieJar, MutableMapping[str, Any]):  # type: ignore[misc]
    """A cookie jar that is a dict of names and values as well."""

    def get(self, name: str, default: Any = None, domain: Optional[str] = None, path: Optional[str] = None) -> Any:
        try:
            return self._find(name, domain, path)
        except KeyError:
            return default

    def set(self, name: str, value: Any, **more: Any) -> Optional[Cookie]:
        """None as value removes the cookie."""
        if value is None:
            remove_cookie_by_name(self, name, more.get("domain"), more.get("path"))
            return None
        cookie = morsel_to_cookie(value) if isinstance(value, Morsel) else create_cookie(name, value, **more)
        self.set_cookie(cookie)
        return cookie

    def set_cookie(self, cookie: Cookie, *more: Any, **named: Any) -> None:
        if cookie.value and cookie.value.startswith('"') and cookie.value.endswith('"'):
            cookie.value = cookie.value.replace('\\"', "")
        super().set_cookie(cookie, *more, **named)

    def iterkeys(self) -> Iterator[str]:
        return (cookie.name for cookie in iter(self))

    def keys(self) -> list[str]:  # type: ignore[override]
        return list(self.iterkeys())

    def itervalues(self) -> Iterator[Any]:
        return (cookie.value for cookie in iter(self))

    def values(self) -> list[Any]:  # type: ignore[override]
        return list(self.itervalues())

    def iteritems(self) -> Iterator[tuple[str, Any]]:
        return ((cookie.name, cookie.value) for cookie in iter(self))

    def items(self) -> list[tuple[str, Any]]:  # type: ignore[override]
        return list(self.iteritems())

    def list_domains(self) -> list[str]:
        return list(dict.fromkeys(cookie.domain for cookie in iter(self)))

    def list_paths(self) -> list[str]:
        return list(dict.fromkeys(cookie.path for cookie in iter(self)))

    def multiple_domains(self) -> bool:
        return len(self.list_domains()) < len([cookie for cookie in iter(self) if cookie.domain])

    def get_dict(self, domain: Optional[str] = None, path: Optional[str] = None) -> dict[str, Any]:
        return {
            cookie.name: cookie.value
            for cookie in iter(self)
            if domain in (None, cookie.domain) and path in (None, cookie.path)
        }

    def update(self, other: Any = (), /, **more: Any) -> None:  # type: ignore[override]
        if isinstance(other, CookieJar):
            for cookie in other:
                self.set_cookie(copy.copy(cookie))
        else:
            super().update(other, **more)

    def copy(self) -> RequestsCookieJar:
        copied = RequestsCookieJar()
        copied.set_policy(self.get_policy())
        copied.update(self)
        return copied

    def get_policy(self) -> Any:
        return self._policy  # type: ignore[attr-defined]

    def __contains__(self, name: object) -> bool:
        return any(cookie.name == name for cookie in iter(self))

    def __getitem__(self, name: str) -> Any:
        return self._find(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        remove_cookie_by_name(self, name)

    def _find(self, name: str, domain: Optional[str] = None, path: Optional[str] = None) -> Any:
        found = [
            cookie.value
            for cookie in iter(self)
            if cookie.name == name and domain in (None, cookie.domain) and path in (None, cookie.path)
        ]
        if len(found) > 1:
            raise CookieConflictError(f"There are multiple cookies with name, {name!r}")
        if not found:
            raise KeyError(f"name={name!r}, domain={domain!r}, path={path!r}")
        return found[0]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_cookies_lock"}


def create_cookie(name: str, value: str, **more: Any) -> Cookie:
    """A cookie for every address, unless a domain and a path are named."""
    fields: dict[str, Any] = {
        "version": 0, "port": None, "domain": "", "path": "/", "secure": False, "expires": None, "discard": True,
        "comment": None, "comment_url": None, "rest": {"HttpOnly": None}, "rfc2109": False,
    }  # fmt: skip
    unknown = set(more) - set(fields)
    if unknown:
        raise TypeError(f"create_cookie() got unexpected keyword arguments: {sorted(unknown)}")
    fields.update(more)
    return Cookie(
        name=name,
        value=value,
        port_specified=bool(fields["port"]),
        domain_specified=bool(fields["domain"]),
        domain_initial_dot=fields["domain"].startswith("."),
        path_specified=bool(fields["path"]),
        **fields,
    )


def morsel_to_cookie(morsel: Morsel[Any]) -> Cookie:
    """A cookie of `http.cookies`."""
    expires = http2time(morsel["expires"]) if morsel["expires"] else None
    if morsel["max-age"]:
        expires = time.time() + int(morsel["max-age"])
    return create_cookie(
        morsel.key,
        morsel.value,
        domain=morsel["domain"],
        path=morsel["path"] or "/",
        secure=bool(morsel["secure"]),
        expires=None if expires is None else int(expires),
        discard=False,
        comment=morsel["comment"],
        rest={"HttpOnly": morsel["httponly"]},
        version=morsel["version"] or 0,
    )


def cookiejar_from_dict(
    cookie_dict: Optional[dict[str, str]], cookiejar: Optional[CookieJar] = None, overwrite: bool = True
) -> CookieJar:
    jar = RequestsCookieJar() if cookiejar is None else cookiejar
    names = {cookie.name for cookie in jar}
    for name, value in (cookie_dict or {}).items():
        if overwrite or name not in names:
            jar.set_cookie(create_cookie(name, value))
    return jar


def merge_cookies(cookiejar: CookieJar, cookies: Union[CookieJar, dict[str, str]]) -> CookieJar:
    """Those of the jar with others: values of a dict do not replace any."""
    if not isinstance(cookiejar, CookieJar):
        raise ValueError("You can only merge into CookieJar")
    if isinstance(cookies, dict):
        return cookiejar_from_dict(cookies, cookiejar, overwrite=False)
    for cookie in cookies:
        cookiejar.set_cookie(copy.copy(cookie))
    return cookiejar


def remove_cookie_by_name(
    cookiejar: CookieJar, name: str, domain: Optional[str] = None, path: Optional[str] = None
) -> None:
    for cookie in list(cookiejar):
        if cookie.name == name and domain in (None, cookie.domain) and path in (None, cookie.path):
            cookiejar.clear(cookie.domain, cookie.path, cookie.name)


def extract_cookies_to_jar(jar: CookieJar, request: Any, headers: list[tuple[str, str]]) -> None:
    """
    Keeps the cookies of an answer.

    :param request: with `url` and `headers`
    """
    if any(name.lower() == "set-cookie" for name, _ in headers):
        jar.extract_cookies(_Answer(headers), _Asked(request))  # type: ignore[arg-type]


def get_cookie_header(jar: CookieJar, request: Any) -> Optional[str]:
    """What a request says to an address of which the jar has cookies."""
    asked = _Asked(request)
    jar.add_cookie_header(asked)  # type: ignore[arg-type]
    return asked.added.get("Cookie")


class _Answer:
    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self._message = Message()
        for name, value in headers:
            self._message[name] = value

    def info(self) -> Message:
        return self._message


class _Asked:
    """A request as `http.cookiejar` wants to see it."""

    unverifiable = False

    def __init__(self, request: Any) -> None:
        self._request = request
        parts = urlsplit(request.url)
        # A Host header says for whom cookies are.
        self._host = request.headers.get("Host")
        self._url = request.url if not self._host else parts._replace(netloc=self._host).geturl()
        self.type = parts.scheme
        self.host = self._host or parts.netloc
        self.origin_req_host = self.host
        self.added: dict[str, str] = {}

    def get_full_url(self) -> str:
        return self._url

    def has_header(self, name: str) -> bool:
        return name in self._request.headers or name in self.added

    def get_header(self, name: str, default: Any = None) -> Any:
        return self._request.headers.get(name, self.added.get(name, default))

    def header_items(self) -> list[tuple[str, str]]:
        return list(self._request.headers.items())

    def add_unredirected_header(self, name: str, value: str) -> None:
        self.added[name] = value
